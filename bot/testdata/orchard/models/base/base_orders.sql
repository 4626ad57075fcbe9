WITH src AS (
    SELECT *
    FROM {{ ref('raw_orders') }}
)

SELECT
      order_no
    , buyer_no
    , warehouse_code
    , status
    , order_channel
    , is_rush
    , ordered_at
    , created_at
FROM src
QUALIFY ROW_NUMBER() OVER (PARTITION BY order_no ORDER BY loaded_at DESC) = 1
