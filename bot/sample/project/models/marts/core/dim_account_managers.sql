with

account_managers as (

    select * from {{ ref('stg_account_managers') }}

),

final as (

    select
        account_manager_id,
        manager_name as account_manager,
        team as account_team
    from account_managers

)

select * from final
