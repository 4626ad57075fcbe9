with

subscriptions as (

    select * from {{ ref('stg_subscriptions') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.plan,
        subscriptions.billing_period,
        subscriptions.seats,
        subscriptions.mrr,
        subscriptions.status,
        subscriptions.is_trial,
        subscriptions.cancel_reason,
        subscriptions.started_at,
        subscriptions.ended_at
    from subscriptions
    inner join customers
        on subscriptions.customer_id = customers.customer_id

)

select * from final
