WITH source AS (
    SELECT *
    FROM {{ ref('raw_sites') }}
)

SELECT
      site_id
    , site_name
    , region AS site_region
    , opened_on
    , bed_capacity
FROM source
