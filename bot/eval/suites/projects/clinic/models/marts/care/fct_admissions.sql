SELECT
      admission_id
    , patient_id
    , department_id
    , site_id
    , CAST(admitted_at AS DATE) AS admitted_on
    , CAST(discharged_at AS DATE) AS discharged_on
    , nights
    , admission_type
    , outcome
    , is_readmission
FROM {{ ref('int_admission_nights') }}
