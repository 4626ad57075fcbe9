select
    cast(date_trunc('month', created_on) as date) as month,
    service,
    count(*) as parcels,
    sum(price) as shipping_income
from {{ ref('mart__parcels') }}
group by 1, 2
