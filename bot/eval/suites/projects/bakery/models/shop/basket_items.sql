select item_id, basket_id, product_id, pieces, price from {{ ref('raw_items') }}
