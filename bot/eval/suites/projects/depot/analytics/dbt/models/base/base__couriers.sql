select
    courier_id,
    employment,
    hub_id,
    started_on
from {{ ref('raw_couriers') }}
