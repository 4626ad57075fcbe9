-- depends_on: {{ ref('raw_users') }}

with

source as (

    select * from {{ source('product', 'users') }}

),

final as (

    select
        user_id,
        customer_id,
        role as user_role,
        created_at as user_created_at
    from source

)

select * from final
