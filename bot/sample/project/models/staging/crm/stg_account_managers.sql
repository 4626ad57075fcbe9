-- depends_on: {{ ref('raw_account_managers') }}

with

source as (

    select * from {{ source('crm', 'account_managers') }}

),

final as (

    select
        account_manager_id,
        manager_name,
        team
    from source

)

select * from final
