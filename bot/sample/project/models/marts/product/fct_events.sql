with

events as (

    select * from {{ ref('stg_events') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        events.event_id,
        events.user_id,
        events.customer_id,
        events.event_name,
        events.platform,
        events.event_country_code,
        events.occurred_at,
        events.loaded_at
    from events
    inner join customers
        on events.customer_id = customers.customer_id

)

select * from final
