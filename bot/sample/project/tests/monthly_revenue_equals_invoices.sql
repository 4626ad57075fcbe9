-- Every invoice is in exactly one month and region: the totals agree to the cent.

with

invoices as (

    select sum(net_amount) as net_revenue from {{ ref('fct_invoices') }}

),

months as (

    select sum(net_revenue) as net_revenue from {{ ref('fct_monthly_revenue') }}

)

select
    invoices.net_revenue,
    months.net_revenue as monthly_net_revenue
from invoices
cross join months
where invoices.net_revenue != months.net_revenue
