SELECT
      invoice_id
    , patient_id
    , insurer_id
    , department_id
    , site_id
    , invoice_kind
    , issued_on
    , due_on
    , invoice_amount
    , invoice_status
FROM {{ ref('int_invoices_settled') }}
