SELECT
      *
    , CAST(scheduled_at AS DATE) AS scheduled_on
    , DATE_DIFF('day', booked_on, CAST(scheduled_at AS DATE)) AS booking_lead_days
    , appointment_status = 'no_show' AS is_no_show
FROM {{ ref('stg_appointments') }}
