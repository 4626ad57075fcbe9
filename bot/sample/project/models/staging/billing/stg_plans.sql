-- depends_on: {{ ref('raw_plans') }}

with

source as (

    select * from {{ source('billing', 'plans') }}

),

final as (

    select
        lower(trim(plan_name)) as plan,
        plan_name,
        cast(price_per_seat_cents / 100.0 as decimal(12, 2)) as price_per_seat,
        plan_rank
    from source

)

select * from final
