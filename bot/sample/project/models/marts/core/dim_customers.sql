with

customers as (

    select * from {{ ref('stg_customers') }}

),

countries as (

    select * from {{ ref('stg_countries') }}

),

usage_countries as (

    select * from {{ ref('int_customer_usage_countries') }}

),

final as (

    select
        customers.customer_id,
        customers.company_name,
        customers.billing_email,
        customers.segment,
        customers.industry,
        customers.acquisition_channel,
        customers.account_manager_id,
        customers.billing_country_code,
        billing_countries.region as billing_region,
        usage_countries.usage_country_code,
        countries_of_use.region as usage_region,
        customers.signed_up_at
    from customers
    left join countries as billing_countries
        on customers.billing_country_code = billing_countries.country_code
    left join usage_countries
        on customers.customer_id = usage_countries.customer_id
    left join countries as countries_of_use
        on usage_countries.usage_country_code = countries_of_use.country_code
    where not customers.is_test_account

)

select * from final
