WITH source AS (
    SELECT *
    FROM {{ ref('raw_patient_plans') }}
)

SELECT
      plan_row_id
    , patient_id
    , insurer_id
    , plan_name
    , valid_from
    , valid_to
    , monthly_premium
FROM source
