SELECT
      procedure_id
    , admission_id
    , procedure_code
    , surgeon_id
    , performed_on
    , duration_minutes
FROM {{ ref('int_procedures_named') }}
