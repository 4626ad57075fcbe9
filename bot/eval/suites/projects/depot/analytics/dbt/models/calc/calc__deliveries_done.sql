select
    parcel_id,
    min(attempted_at) as delivered_at,
    max(attempt_no) as attempts
from {{ ref('base__attempts') }}
where result = 'delivered'
group by parcel_id
