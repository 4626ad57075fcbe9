{%- set names = ['raw_orders', 'stg_orders'] %}
{% for name in names -%}
select order_id from {{ ref(name) }} union all
{% endfor %}
select order_id from {{ ref('fct_orders', v=1) }} union all
select order_id from {{ ref('fct_orders', version='2') }} union all
select order_id from {{ ref('fct_orders') }}
