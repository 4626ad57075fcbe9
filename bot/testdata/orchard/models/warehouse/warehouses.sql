SELECT
      warehouse_code
    , city
    , country
    , has_cold_storage
    , capacity_pallets
FROM {{ ref('raw_warehouses') }}
