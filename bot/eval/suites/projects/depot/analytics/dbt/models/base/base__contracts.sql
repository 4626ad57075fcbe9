select
    contract_id,
    shipper_id,
    plan,
    starts_on,
    ends_on,
    {{ cents_to_money('monthly_fee_cents') }} as monthly_fee
from {{ ref('raw_contracts') }}
