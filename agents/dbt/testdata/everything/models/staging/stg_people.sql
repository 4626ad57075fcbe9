{#- {{ ref('not_a_ref') }} -#}
with people as (select * from {{ source('crm', 'people') }}),
old as (select * from {{ source("crm", "old people") }})
select id as customer_id, country from people
{% if var('use_people') %}union all select id, country from old{% else %}union all select 1, 'x' from {{ ref('raw_orders') }}{% endif %}
