SELECT
    station_id
  , station_name
  , district
  , capacity
  , opened_on
FROM {{ ref('prep_stations') }}
