WITH source AS (
    SELECT *
    FROM {{ ref('raw_lab_orders') }}
)

SELECT
      lab_order_id
    , appointment_id
    , test_code
    , ordered_at
    , resulted_at
    , result_flag
    , price AS order_price
FROM source
