SELECT
      prescriptions.*
    , appointments.patient_id
    , prescriptions.quantity * prescriptions.unit_price AS drug_cost
FROM {{ ref('stg_prescriptions') }} AS prescriptions
LEFT JOIN {{ ref('stg_appointments') }} AS appointments
    ON appointments.appointment_id = prescriptions.appointment_id
