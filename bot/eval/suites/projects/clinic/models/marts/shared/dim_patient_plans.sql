SELECT
      plan_row_id
    , patient_id
    , insurer_id
    , plan_name
    , valid_from
    , valid_to
    , is_current
    , monthly_premium
FROM {{ ref('int_plan_spans') }}
