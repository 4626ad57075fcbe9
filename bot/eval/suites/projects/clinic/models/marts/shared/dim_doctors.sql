SELECT
      doctors.doctor_id
    , doctors.doctor_code
    , doctors.specialty
    , doctors.grade
    , doctors.hired_on
    , doctors.left_on
    , doctors.home_site_id
    , main.main_department_id
FROM {{ ref('stg_doctors') }} AS doctors
LEFT JOIN {{ ref('int_doctor_main_departments') }} AS main
    ON main.doctor_id = doctors.doctor_id
