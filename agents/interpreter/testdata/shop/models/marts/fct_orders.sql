select
    order_id,
    customer_id,
    store_id,
    status,
    amount,
    is_gift,
    is_test,
    ordered_at
from {{ source('raw', 'orders') }}
