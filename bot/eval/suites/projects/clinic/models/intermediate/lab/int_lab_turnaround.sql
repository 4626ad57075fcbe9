SELECT
      orders.*
    , appointments.patient_id
    , DATE_DIFF('hour', orders.ordered_at, orders.resulted_at) AS turnaround_hours
    , COALESCE(orders.result_flag = 'critical', FALSE) AS is_critical
FROM {{ ref('stg_lab_orders') }} AS orders
LEFT JOIN {{ ref('stg_appointments') }} AS appointments
    ON appointments.appointment_id = orders.appointment_id
