select
    hub_id,
    name as hub_name,
    city as hub_city,
    area,
    opened_on
from {{ ref('raw_hubs') }}
