select
    hub_id,
    counted_on,
    parcels_waiting
from {{ ref('base__backlog') }}
