SELECT
      p.product_code
    , p.product_name
    , p.fruit_kind
    , p.supplier_no
    , p.unit_weight_kg
    , p.is_organic
    , p.created_at
FROM {{ ref('base_products') }} AS p
