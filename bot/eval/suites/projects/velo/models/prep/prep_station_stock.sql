SELECT *
FROM {{ ref('raw_station_stock') }}
