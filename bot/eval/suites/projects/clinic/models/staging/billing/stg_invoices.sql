WITH source AS (
    SELECT *
    FROM {{ ref('raw_invoices') }}
)

SELECT
      invoice_id
    , patient_id
    , insurer_id
    , department_id
    , site_id
    , invoice_kind
    , issued_on
    , due_on
    , amount AS invoice_amount
    , status AS invoice_status
FROM source
