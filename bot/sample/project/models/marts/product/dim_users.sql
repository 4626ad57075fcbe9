with

users as (

    select * from {{ ref('stg_users') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        users.user_id,
        users.customer_id,
        users.user_role,
        users.user_created_at
    from users
    inner join customers
        on users.customer_id = customers.customer_id

)

select * from final
