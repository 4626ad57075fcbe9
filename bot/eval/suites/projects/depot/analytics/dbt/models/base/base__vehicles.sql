select
    vehicle_id,
    kind as vehicle_kind,
    is_electric,
    hub_id
from {{ ref('raw_vehicles') }}
