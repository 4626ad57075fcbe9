{% macro minutes_between(first, last) %}
DATE_DIFF('minute', {{ first }}, {{ last }})
{% endmacro %}
