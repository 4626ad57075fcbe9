select
    ticket_id,
    account_id,
    priority,
    minutes_to_reply,
    opened_at,
    closed_at
from {{ source('raw', 'tickets') }}
