select o.order_id, o.amount, o.ordered_on, p.country, '{{ "{{ ref(1) }}" }}' as text
from {{ ref('stg_orders') }} o left join {{ ref('stg_people') }} p using (customer_id)
{% if is_incremental() %}where 1 = (select count(*) from {{ ref('raw_orders') }}){% endif %}
