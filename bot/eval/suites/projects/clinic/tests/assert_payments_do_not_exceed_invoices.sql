SELECT
      invoices.invoice_id
    , invoices.invoice_amount
    , SUM(payments.paid_amount) AS paid_amount
FROM {{ ref('fct_invoices') }} AS invoices
INNER JOIN {{ ref('fct_payments') }} AS payments
    ON payments.invoice_id = invoices.invoice_id
GROUP BY 1, 2
HAVING SUM(payments.paid_amount) > invoices.invoice_amount + 0.01
