WITH source AS (
    SELECT *
    FROM {{ ref('raw_doctor_departments') }}
)

SELECT
      doctor_id
    , department_id
    , share_pct
    , is_main
FROM source
