select
    invoice_id,
    shipper_id,
    billed_on,
    {{ cents_to_money('amount_cents') }} as amount,
    is_void
from {{ ref('raw_shipper_invoices') }}
