SELECT
    bike_id
  , bike_type
  , bought_on
FROM {{ ref('prep_bikes') }}
