-- depends_on: {{ ref('raw_product_events') }}

with

source as (

    select * from {{ source('product', 'events') }}

),

deduplicated as (

    select
        *,
        row_number() over (
            partition by event_id
            order by _loaded_at
        ) as version_number
    from source

),

final as (

    select
        event_id,
        user_id,
        customer_id,
        event_name,
        platform,
        country_code as event_country_code,
        occurred_at,
        _loaded_at as loaded_at
    from deduplicated
    where version_number = 1

)

select * from final
