WITH src AS (
    SELECT *
    FROM {{ ref('raw_deliveries') }}
)

SELECT
      delivery_no
    , order_no
    , status
    , dispatched_at
    , delivered_at
    , distance_km
    , driver
FROM src
