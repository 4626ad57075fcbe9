-- depends_on: {{ ref('raw_subscriptions') }}

with

source as (

    select * from {{ source('billing', 'subscriptions') }}

),

deduplicated as (

    select
        *,
        row_number() over (
            partition by subscription_id
            order by _loaded_at desc, ended_at desc nulls last
        ) as version_number
    from source

),

final as (

    select
        subscription_id,
        customer_id,
        lower(trim(plan_name)) as plan,
        billing_period,
        seats,
        cast(mrr_cents / 100.0 as decimal(12, 2)) as mrr,
        status,
        is_trial,
        cancel_reason,
        started_at,
        ended_at
    from deduplicated
    where version_number = 1

)

select * from final
