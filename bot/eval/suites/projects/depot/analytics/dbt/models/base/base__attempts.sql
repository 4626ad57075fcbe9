select
    attempt_id,
    parcel_id,
    courier_id,
    vehicle_id,
    attempted_at,
    result,
    attempt_no
from {{ latest_row('raw_delivery_attempts', 'attempt_id') }}
