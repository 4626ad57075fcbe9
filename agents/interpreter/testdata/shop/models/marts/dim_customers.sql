select
    customer_id,
    segment,
    country_code,
    loyalty_points,
    created_at
from {{ source('raw', 'customers') }}
