WITH src AS (
    SELECT *
    FROM {{ ref('raw_suppliers') }}
)

SELECT
      supplier_no
    , supplier_name
    , country
    , certified
    , joined_on
FROM src
