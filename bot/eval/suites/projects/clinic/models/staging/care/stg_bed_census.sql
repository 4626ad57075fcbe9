WITH source AS (
    SELECT *
    FROM {{ ref('raw_bed_census') }}
)

SELECT
      census_day
    , site_id
    , beds_occupied
    , beds_staffed
FROM source
