select
    hub_id,
    hub_name,
    hub_city,
    area,
    opened_on
from {{ ref('base__hubs') }}
