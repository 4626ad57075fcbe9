SELECT
      procedures.*
    , admissions.patient_id
    , codes.procedure_name
    , codes.procedure_group
FROM {{ ref('stg_procedures') }} AS procedures
LEFT JOIN {{ ref('stg_admissions') }} AS admissions
    ON admissions.admission_id = procedures.admission_id
LEFT JOIN {{ ref('stg_procedure_codes') }} AS codes
    ON codes.procedure_code = procedures.procedure_code
