SELECT
      plans.*
    , insurers.insurer_name
    , insurers.insurer_kind
    , plans.valid_to IS NULL AS is_current
FROM {{ ref('stg_patient_plans') }} AS plans
LEFT JOIN {{ ref('stg_insurers') }} AS insurers
    ON insurers.insurer_id = plans.insurer_id
