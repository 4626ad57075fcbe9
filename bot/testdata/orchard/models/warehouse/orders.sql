SELECT
      o.order_no
    , o.buyer_no
    , o.warehouse_code
    , o.status
    , o.order_channel
    , o.is_rush
    , o.ordered_at
    , o.created_at
FROM {{ ref('base_orders') }} AS o
