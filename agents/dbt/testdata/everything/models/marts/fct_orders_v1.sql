select o.order_id, o.amount from {{ ref('everything', 'stg_orders') }} o
