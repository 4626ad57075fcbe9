WITH lines AS (
    SELECT *
    FROM {{ ref('base_order_lines') }}
)

, orders AS (
    SELECT *
    FROM {{ ref('base_orders') }}
)

SELECT
      lines.order_line_key
    , lines.order_no
    , lines.line_no
    , lines.product_code
    , CAST(orders.ordered_at AS DATE) AS order_date
    , lines.crates
    , lines.price_per_crate
    , lines.discount_pct
    , lines.crates * lines.price_per_crate AS gross_amount
    , CAST(lines.crates * lines.price_per_crate * (100 - lines.discount_pct) / 100 AS DECIMAL(12, 2)) AS net_amount
FROM lines
LEFT JOIN orders
    ON orders.order_no = lines.order_no
