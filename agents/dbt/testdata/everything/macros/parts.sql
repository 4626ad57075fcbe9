{% macro people() %}{{ return(ref('stg_people')) }}{% endmacro %}

{% macro latest(relation, from=none) -%}
select * from {{ relation }} {{ everything.joined() }}
{%- endmacro %}

{% macro joined() %}, {{ source('crm', 'notes') }}{% endmacro %}

{% macro wrapped() %}union all {{ caller() }}{% endmacro %}

{% test has_parent(model) %}
select * from {{ model }} where not exists (select 1 from {{ ref('stg_orders') }})
{% endtest %}
