WITH source AS (
    SELECT *
    FROM {{ ref('raw_admissions') }}
)

SELECT
      admission_id
    , patient_id
    , department_id
    , site_id
    , admitted_at
    , discharged_at
    , admission_type
    , outcome
    , is_readmission
FROM source
