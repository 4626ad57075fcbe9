SELECT
      patient_id
    , MIN(CAST(scheduled_at AS DATE)) AS first_visit_on
FROM {{ ref('stg_appointments') }}
WHERE appointment_status = 'attended'
GROUP BY patient_id
