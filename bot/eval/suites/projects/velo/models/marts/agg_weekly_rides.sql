WITH rides AS (

    SELECT *
    FROM {{ ref('fct_rides') }}
    WHERE ride_status = 'finished'

)

SELECT
    CAST(DATE_TRUNC('week', rides.started_at) AS DATE) AS ride_week
  , bikes.bike_type
  , COUNT(*) AS finished_rides
  , SUM(rides.fare) AS fares
FROM rides
INNER JOIN {{ ref('dim_bikes') }} AS bikes
    ON rides.bike_id = bikes.bike_id
GROUP BY ride_week, bikes.bike_type
