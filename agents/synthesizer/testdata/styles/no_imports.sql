with unfinished_month as (
    -- the month whose end the data has not reached
    select
        cast(date_trunc('month', max(ordered_at) + interval '1 day') as date) as starts_on
    from {{ ref('fct_orders') }}
)

select
    cast(date_trunc('month', orders.ordered_at) as date) as month,
    coalesce(countries.region, 'unknown') as region,
    count(case when orders.status = 'paid' then 1 end) / nullif(count(*), 0) as paid_share
from {{ ref('fct_orders') }} as orders
left join {{ ref('dim_customers') }} as customers on orders.customer_id = customers.customer_id
left join {{ ref('dim_countries') }} as countries on customers.country_code = countries.country_code
where orders.ordered_at < (select starts_on from unfinished_month)
group by 1, 2
