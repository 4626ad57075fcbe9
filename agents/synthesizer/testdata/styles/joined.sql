with orders as (

    select * from {{ ref('fct_orders') }}

), customers as (

    select * from {{ ref('dim_customers') }}

), countries as (

    select * from {{ ref('dim_countries') }}

), unfinished_month as (

    -- the month whose end the data has not reached
    select
        cast(date_trunc('month', max(ordered_at) + interval '1 day') as date) as starts_on
    from orders

), final as (

    select
        cast(date_trunc('month', orders.ordered_at) as date) as month,
        coalesce(countries.region, 'unknown') as region,
        count(case when orders.status = 'paid' then 1 end) / nullif(count(*), 0) as paid_share
    from orders
    left join customers on orders.customer_id = customers.customer_id
    left join countries on customers.country_code = countries.country_code
    where orders.ordered_at < (select starts_on from unfinished_month)
    group by 1, 2

)

select * from final
