select
    account_id,
    billing_region,
    usage_region,
    size
from {{ source('raw', 'accounts') }}
