{# Rows that are not marked as deleted. #}
{% macro live(model) -%}
    (select * from {{ ref(model) }} where not is_deleted)
{%- endmacro %}

{# The row loaded last of each key. #}
{% macro latest_row(model, key) -%}
    (
        select *
        from {{ ref(model) }}
        qualify row_number() over (partition by {{ key }} order by loaded_at desc) = 1
    )
{%- endmacro %}
