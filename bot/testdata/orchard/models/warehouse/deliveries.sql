SELECT
      d.delivery_no
    , d.order_no
    , d.status
    , d.dispatched_at
    , d.delivered_at
    , d.distance_km
    , d.driver
FROM {{ ref('base_deliveries') }} AS d
