with

documents as (

    select * from {{ ref('stg_invoices') }}

),

refunds as (

    select * from {{ ref('int_refunds_by_invoice') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        documents.document_id as invoice_id,
        documents.customer_id,
        documents.subscription_id,
        documents.status,
        cast(documents.amount + documents.tax_amount as decimal(12, 2)) as billed_amount,
        documents.amount as gross_amount,
        cast(coalesce(refunds.refund_amount, 0) as decimal(12, 2)) as refund_amount,
        cast(documents.amount - coalesce(refunds.refund_amount, 0) as decimal(12, 2)) as net_amount,
        documents.issued_at,
        documents.paid_at,
        refunds.refunded_at
    from documents
    inner join customers
        on documents.customer_id = customers.customer_id
    left join refunds
        on documents.document_id = refunds.invoice_id
    where
        documents.document_type = 'invoice'
        and documents.status != 'void'

)

select * from final
