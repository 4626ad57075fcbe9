-- churn_rate: Customers with a subscription at the start of the week and none at its end, as a share
--   of all customers who have one at its start.
with subscriptions as (

    select * from {{ ref('fct_subscriptions') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

countries as (

    select * from {{ ref('dim_countries') }}

),

week_range as (

    -- up to the last week that the data covers to its end
    select
        cast(date_trunc('week', min(started_at)) as date) as first_week,
        cast(
            date_trunc(
                'week',
                max(case when ended_at <= current_date then ended_at else started_at end)
                + interval '1 day'
            )
            - interval '1 week' as date
        ) as last_week
    from subscriptions

),

weeks as (

    select
        cast(unnest(generate_series(first_week, last_week, interval '1 week')) as date) as week
    from week_range

),

customers_at_week_start as (

    select
        weeks.week,
        coalesce(countries.region, 'unknown') as region,
        subscriptions.customer_id
    from weeks
    inner join subscriptions
        on subscriptions.started_at < weeks.week
        and (subscriptions.ended_at >= weeks.week or subscriptions.ended_at is null)
    left join customers on subscriptions.customer_id = customers.customer_id
    left join countries on customers.country_code = countries.country_code
    where subscriptions.customer_id is not null

),

customers_present_at_week_end as (

    -- with any row that is valid then
    select distinct
        weeks.week,
        subscriptions.customer_id
    from weeks
    inner join subscriptions
        on subscriptions.started_at < weeks.week + interval '1 week'
        and (
            subscriptions.ended_at >= weeks.week + interval '1 week'
            or subscriptions.ended_at is null
        )
    where subscriptions.customer_id is not null

),

customers_by_week_and_region as (

    select
        customers_at_week_start.week,
        customers_at_week_start.region,
        count(
            distinct
            case
                when customers_present_at_week_end.customer_id is null
                    then customers_at_week_start.customer_id
            end
        ) as lost_customers,
        count(distinct customers_at_week_start.customer_id) as opening_customers
    from customers_at_week_start
    left join customers_present_at_week_end
        on customers_at_week_start.week = customers_present_at_week_end.week
        and customers_at_week_start.customer_id
            = customers_present_at_week_end.customer_id
    group by 1, 2

),

final as (

    select
        week,
        region,
        lost_customers / nullif(opening_customers, 0) as churn_rate
    from customers_by_week_and_region

)

select * from final
