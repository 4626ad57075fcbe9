select * from {{ ref('fct_off') }}
