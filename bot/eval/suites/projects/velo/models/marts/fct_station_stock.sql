SELECT
    CAST(stock_day AS VARCHAR) || '-' || CAST(station_id AS VARCHAR) AS station_stock_id
  , stock_day
  , station_id
  , docked_bikes
FROM {{ ref('prep_station_stock') }}
