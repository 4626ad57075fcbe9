WITH source AS (
    SELECT *
    FROM {{ ref('raw_appointments') }}
)

SELECT
      appointment_id
    , patient_id
    , doctor_id
    , department_id
    , site_id
    , booked_on
    , scheduled_at
    , status AS appointment_status
    , visit_type
    , channel AS booking_channel
    , wait_minutes
FROM source
