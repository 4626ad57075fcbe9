-- depends_on: {{ ref('raw_customers') }}

with

source as (

    select * from {{ source('crm', 'customers') }}

),

deduplicated as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by updated_at desc, _loaded_at desc
        ) as version_number
    from source

),

final as (

    select
        customer_id,
        company_name,
        billing_email,
        country_code as billing_country_code,
        replace(lower(segment), '-', '_') as segment,
        industry,
        acquisition_channel,
        account_manager_id,
        is_test or billing_email like '%@northpeak.example' as is_test_account,
        created_at as signed_up_at
    from deduplicated
    where version_number = 1

)

select * from final
