select
    cast(date_trunc('quarter', opened_on) as date) as quarter,
    reason,
    count(*) as claims_opened
from {{ ref('mart__claims') }}
group by 1, 2
