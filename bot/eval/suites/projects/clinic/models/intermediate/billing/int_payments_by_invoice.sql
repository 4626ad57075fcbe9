SELECT
      invoice_id
    , SUM(paid_amount) AS paid_amount
    , MAX(paid_on) AS last_paid_on
FROM {{ ref('stg_payments') }}
GROUP BY invoice_id
