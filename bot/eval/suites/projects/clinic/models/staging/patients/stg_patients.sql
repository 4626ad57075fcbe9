WITH source AS (
    SELECT *
    FROM {{ ref('raw_patients') }}
)

SELECT
      patient_id
    , registered_on
    , birth_year
    , CASE sex WHEN 'f' THEN 'female' WHEN 'm' THEN 'male' END AS sex
    , home_region
    , referral_source
    , is_staff_family
FROM source
