select
    parcel_id,
    {% for event in var('scan_events') %}
    count(*) filter (where event = '{{ event }}') as {{ event }}_scans{% if not loop.last %},{% endif %}
    {% endfor %}
from {{ ref('base__scans') }}
group by parcel_id
