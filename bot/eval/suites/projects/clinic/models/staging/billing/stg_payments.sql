WITH source AS (
    SELECT *
    FROM {{ ref('raw_payments') }}
)

SELECT
      payment_id
    , invoice_id
    , paid_on
    , amount AS paid_amount
    , method AS payment_method
FROM source
