WITH src AS (
    SELECT *
    FROM {{ ref('raw_products') }}
)

SELECT
      product_code
    , product_name
    , fruit_kind
    , supplier_no
    , unit_weight_kg
    , is_organic
    , created_at
FROM src
