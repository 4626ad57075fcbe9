-- kept
with orders as (

    select * from {{ ref("fct_orders") }}

),

final as (

    select date_trunc('month', ordered_at)::date as month, status, sum(amount) as revenue
    from orders where ordered_at is not null group by 1, 2 -- )

),

added_figures as (

    select
        cast(date_trunc('month', ordered_at) as date) as month,
        status,
        count(*) as gifts
    from orders
    where
        ordered_at is not null
        and is_gift = true
    group by 1, 2

),

with_gifts as (

    select
        final.*,
        coalesce(added_figures.gifts, 0) as gifts
    from final
    left join added_figures
        on added_figures.month = final.month
        and added_figures.status is not distinct from final.status

)

select * from with_gifts
