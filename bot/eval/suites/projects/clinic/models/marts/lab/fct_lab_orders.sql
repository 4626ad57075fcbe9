SELECT
      lab_order_id
    , appointment_id
    , patient_id
    , test_code
    , CAST(ordered_at AS DATE) AS ordered_on
    , CAST(resulted_at AS DATE) AS resulted_on
    , turnaround_hours
    , result_flag
    , is_critical
    , order_price
FROM {{ ref('int_lab_turnaround') }}
