-- depends_on: {{ ref('raw_countries') }}

with

source as (

    select * from {{ source('billing', 'countries') }}

),

final as (

    select
        country_code,
        country_name,
        region,
        market
    from source

)

select * from final
