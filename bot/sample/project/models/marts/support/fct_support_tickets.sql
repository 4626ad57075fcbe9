with

tickets as (

    select * from {{ ref('stg_support_tickets') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        tickets.ticket_id,
        tickets.customer_id,
        tickets.priority,
        tickets.contact_channel,
        tickets.category,
        tickets.csat_score,
        date_diff('minute', tickets.opened_at, tickets.first_response_at) as first_response_minutes,
        tickets.opened_at,
        tickets.first_response_at,
        tickets.closed_at
    from tickets
    inner join customers
        on tickets.customer_id = customers.customer_id

)

select * from final
