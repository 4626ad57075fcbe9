SELECT
    repair_id
  , bike_id
  , severity
  , part
  , cost
  , reported_at
  , fixed_at
FROM {{ ref('prep_repairs') }}
