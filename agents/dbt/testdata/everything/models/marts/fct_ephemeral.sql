{{ config(materialized='ephemeral', meta={'owner': 'a', 'n': [1, 2]}) }}
{% set depends = ref('stg_people') %}
select * from {{ depends }} where country != '{% raw %}{{ ref('raw') }}{% endraw %}'
