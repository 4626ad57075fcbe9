SELECT
      s.supplier_no
    , s.supplier_name
    , s.country
    , s.certified
    , s.joined_on
FROM {{ ref('base_suppliers') }} AS s
