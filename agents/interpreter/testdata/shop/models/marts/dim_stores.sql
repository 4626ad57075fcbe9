select
    store_id,
    city,
    opened_on,
    closed_on
from {{ source('raw', 'stores') }}
