SELECT
      CAST(DATE_TRUNC('week', appointments.scheduled_on) AS DATE) AS week
    , departments.department_name
    , COUNT(*) AS attended_visits
FROM {{ ref('fct_appointments') }} AS appointments
LEFT JOIN {{ ref('dim_departments') }} AS departments
    ON departments.department_id = appointments.department_id
WHERE appointments.appointment_status = 'attended'
GROUP BY 1, 2
