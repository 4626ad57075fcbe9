SELECT
      inspection_no
    , product_code
    , warehouse_code
    , inspected_on
    , score
    , passed
    , inspector
FROM {{ ref('raw_inspections') }}
