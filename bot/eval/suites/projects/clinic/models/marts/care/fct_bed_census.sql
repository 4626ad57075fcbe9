SELECT
      census_day
    , site_id
    , beds_occupied
    , beds_staffed
FROM {{ ref('stg_bed_census') }}
