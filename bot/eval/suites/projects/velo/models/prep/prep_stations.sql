SELECT *
FROM {{ ref('raw_stations') }}
