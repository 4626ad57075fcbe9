WITH src AS (
    SELECT *
    FROM {{ ref('raw_order_lines') }}
)

SELECT
      order_no || '-' || line_no AS order_line_key
    , order_no
    , line_no
    , product_code
    , crates
    , price_per_crate
    , COALESCE(discount_pct, 0) AS discount_pct
FROM src
