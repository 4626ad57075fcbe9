select
    order_item_id,
    order_id,
    product_id,
    quantity,
    net_price,
    gross_price,
    sold_on
from {{ source('raw', 'order_items') }}
