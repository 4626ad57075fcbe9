{% test same_rows(model, other, all) %}
select * from {{ model }} except select * from {{ other }}
{% endtest %}
