WITH lines AS (
    SELECT *
    FROM {{ ref('order_lines') }}
)

, orders AS (
    SELECT *
    FROM {{ ref('orders') }}
)

SELECT
      CAST(DATE_TRUNC('week', lines.order_date) AS DATE) AS week
    , orders.warehouse_code
    , SUM(lines.crates) AS crates
    , SUM(lines.net_amount) AS net_amount
FROM lines
INNER JOIN orders
    ON orders.order_no = lines.order_no
GROUP BY 1, 2
