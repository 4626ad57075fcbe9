SELECT
    ride_id
  , member_id
  , bike_id
  , start_station_id
  , end_station_id
  , ride_status
  , ride_minutes
  , fare
  , started_at
  , ended_at
FROM {{ ref('prep_rides') }}
