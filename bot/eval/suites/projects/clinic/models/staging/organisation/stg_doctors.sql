WITH source AS (
    SELECT *
    FROM {{ ref('raw_doctors') }}
)

SELECT
      doctor_id
    , doctor_code
    , specialty
    , grade
    , hired_on
    , left_on
    , home_site_id
FROM source
