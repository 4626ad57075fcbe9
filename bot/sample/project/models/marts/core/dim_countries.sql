with

countries as (

    select * from {{ ref('stg_countries') }}

),

final as (

    select
        country_code,
        country_name,
        market
    from countries

)

select * from final
