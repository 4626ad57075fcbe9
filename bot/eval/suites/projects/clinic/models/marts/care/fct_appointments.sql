SELECT
      appointment_id
    , patient_id
    , doctor_id
    , department_id
    , site_id
    , booked_on
    , scheduled_on
    , booking_lead_days
    , appointment_status
    , visit_type
    , booking_channel
    , wait_minutes
    , is_no_show
FROM {{ ref('int_appointments_timed') }}
