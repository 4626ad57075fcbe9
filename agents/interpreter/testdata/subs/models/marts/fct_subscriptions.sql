select
    subscription_id,
    account_id,
    tier,
    mrr,
    is_trial,
    started_at,
    ended_at
from {{ source('raw', 'subscriptions') }}
