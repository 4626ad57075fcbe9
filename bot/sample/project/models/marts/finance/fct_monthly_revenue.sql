with

invoices as (

    select * from {{ ref('fct_invoices') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

monthly as (

    select
        cast(date_trunc('month', invoices.issued_at) as date) as revenue_month,
        customers.billing_region,
        count(*) as invoices,
        sum(invoices.gross_amount) as gross_revenue,
        sum(invoices.refund_amount) as refunds,
        sum(invoices.net_amount) as net_revenue
    from invoices
    inner join customers
        on invoices.customer_id = customers.customer_id
    group by
        revenue_month,
        customers.billing_region

),

final as (

    select
        cast(revenue_month as varchar) || '|' || coalesce(billing_region, 'unknown') as monthly_revenue_id,
        revenue_month,
        billing_region,
        invoices,
        cast(gross_revenue as decimal(14, 2)) as gross_revenue,
        cast(refunds as decimal(14, 2)) as refunds,
        cast(net_revenue as decimal(14, 2)) as net_revenue
    from monthly

)

select * from final
