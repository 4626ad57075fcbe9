select * from {{ ref('fct_orders', v=2) }} where amount < 0
