SELECT
    ride_id
  , member_id
  , bike_id
  , start_station_id
  , end_station_id
  , started_at
  , ended_at
  , {{ minutes_between('started_at', 'ended_at') }} AS ride_minutes
  , ride_status
  , fare
FROM {{ ref('raw_rides') }}
