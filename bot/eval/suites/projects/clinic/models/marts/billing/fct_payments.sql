SELECT
      payment_id
    , invoice_id
    , paid_on
    , paid_amount
    , payment_method
FROM {{ ref('stg_payments') }}
