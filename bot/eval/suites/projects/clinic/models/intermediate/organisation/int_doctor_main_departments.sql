SELECT
      doctor_id
    , department_id AS main_department_id
FROM {{ ref('stg_doctor_departments') }}
WHERE is_main
