with

documents as (

    select * from {{ ref('stg_invoices') }}

),

final as (

    select
        original_document_id as invoice_id,
        cast(-sum(amount) as decimal(12, 2)) as refund_amount,
        max(issued_at) as refunded_at
    from documents
    where document_type = 'refund'
    group by original_document_id

)

select * from final
