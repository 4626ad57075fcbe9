-- depends_on: {{ ref('raw_support_tickets') }}

with

source as (

    select * from {{ source('support', 'tickets') }}

),

deduplicated as (

    select
        *,
        row_number() over (
            partition by ticket_id
            order by _loaded_at desc, closed_at desc nulls last
        ) as version_number
    from source

),

final as (

    select
        ticket_id,
        customer_id,
        lower(trim(priority)) as priority,
        contact_channel,
        category,
        opened_at,
        first_response_at,
        closed_at,
        csat_score
    from deduplicated
    where version_number = 1

)

select * from final
