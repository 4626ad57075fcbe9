WITH invoices AS (
    SELECT
          CAST(DATE_TRUNC('month', issued_on) AS DATE) AS month
        , site_id
        , SUM(invoice_amount) AS billed_amount
    FROM {{ ref('fct_invoices') }}
    GROUP BY 1, 2
)

SELECT
      invoices.month
    , sites.site_name
    , invoices.billed_amount
FROM invoices
LEFT JOIN {{ ref('dim_sites') }} AS sites
    ON sites.site_id = invoices.site_id
