select
    vehicle_id,
    vehicle_kind,
    is_electric,
    hub_id
from {{ ref('base__vehicles') }}
