select
    claim_id,
    parcel_id,
    opened_on,
    settled_on,
    reason,
    claimed_amount,
    compensation
from {{ ref('base__claims') }}
