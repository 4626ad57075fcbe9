SELECT
      invoices.*
    , COALESCE(payments.paid_amount, 0) AS paid_so_far
    , payments.last_paid_on
FROM {{ ref('stg_invoices') }} AS invoices
LEFT JOIN {{ ref('int_payments_by_invoice') }} AS payments
    ON payments.invoice_id = invoices.invoice_id
