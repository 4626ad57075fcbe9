select
    claim_id,
    parcel_id,
    opened_on,
    settled_on,
    reason,
    {{ cents_to_money('claimed_cents') }} as claimed_amount,
    {{ cents_to_money('paid_cents') }} as compensation
from {{ ref('raw_claims') }}
