-- depends_on: {{ ref('raw_invoices') }}

with

source as (

    select * from {{ source('billing', 'invoices') }}

),

deduplicated as (

    select
        *,
        row_number() over (
            partition by document_id
            order by _loaded_at
        ) as version_number
    from source

),

final as (

    select
        document_id,
        document_type,
        original_document_id,
        customer_id,
        subscription_id,
        status,
        cast(amount_cents / 100.0 as decimal(12, 2)) as amount,
        cast(tax_cents / 100.0 as decimal(12, 2)) as tax_amount,
        issued_at,
        paid_at
    from deduplicated
    where version_number = 1

)

select * from final
