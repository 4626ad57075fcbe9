SELECT
      doctor_id
    , department_id
    , share_pct
    , is_main
FROM {{ ref('stg_doctor_departments') }}
