-- the refs of this model stand in macros only
{{ config(tags=['x'], materialized='view') }}
{{ latest(people()) }}
{% call wrapped() %}select 1 from {{ ref('fct_versions') }}{% endcall %}
{%- if execute %} -- {{ ref('stg_by_var') }} {% endif %}
