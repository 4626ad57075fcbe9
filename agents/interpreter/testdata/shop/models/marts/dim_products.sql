select
    product_id,
    category,
    product_name
from {{ source('raw', 'products') }}
