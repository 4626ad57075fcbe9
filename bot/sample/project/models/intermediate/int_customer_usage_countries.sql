with

events as (

    select * from {{ ref('stg_events') }}

),

counted as (

    select
        customer_id,
        event_country_code,
        count(*) as events
    from events
    where event_country_code is not null
    group by
        customer_id,
        event_country_code

),

ranked as (

    select
        customer_id,
        event_country_code,
        row_number() over (
            partition by customer_id
            order by events desc, event_country_code
        ) as country_rank
    from counted

),

final as (

    select
        customer_id,
        event_country_code as usage_country_code
    from ranked
    where country_rank = 1

)

select * from final
