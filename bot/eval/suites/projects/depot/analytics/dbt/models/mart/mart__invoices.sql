select
    invoice_id,
    shipper_id,
    billed_on,
    amount,
    is_void
from {{ ref('base__invoices') }}
