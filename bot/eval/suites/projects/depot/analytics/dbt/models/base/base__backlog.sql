select
    hub_id,
    counted_on,
    parcels_waiting
from {{ ref('raw_hub_backlog') }}
