select
    contract_id,
    shipper_id,
    plan,
    starts_on,
    ends_on,
    monthly_fee
from {{ ref('base__contracts') }}
