select
    attempt_id,
    parcel_id,
    courier_id,
    vehicle_id,
    cast(attempted_at as date) as attempted_on,
    result,
    attempt_no
from {{ ref('base__attempts') }}
