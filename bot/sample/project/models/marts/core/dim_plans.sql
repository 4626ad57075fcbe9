with

plans as (

    select * from {{ ref('stg_plans') }}

),

final as (

    select
        plan,
        plan_name,
        price_per_seat,
        plan_rank
    from plans

)

select * from final
