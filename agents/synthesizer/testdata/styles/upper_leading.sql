WITH orders AS (
  SELECT * FROM {{ ref('fct_orders') }}
)

, customers AS (
  SELECT * FROM {{ ref('dim_customers') }}
)

, countries AS (
  SELECT * FROM {{ ref('dim_countries') }}
)

, unfinished_month AS (
  -- the month whose end the data has not reached
  SELECT
    CAST(DATE_TRUNC('month', MAX(ordered_at) + INTERVAL '1 day') AS DATE) AS starts_on
  FROM orders
)

, final AS (
  SELECT
    CAST(DATE_TRUNC('month', orders.ordered_at) AS DATE) AS month
    , COALESCE(countries.region, 'unknown') AS region
    , COUNT(CASE WHEN orders.status = 'paid' THEN 1 END) / NULLIF(COUNT(*), 0) AS paid_share
  FROM orders
  LEFT JOIN customers ON orders.customer_id = customers.customer_id
  LEFT JOIN countries ON customers.country_code = countries.country_code
  WHERE orders.ordered_at < (SELECT starts_on FROM unfinished_month)
  GROUP BY 1, 2
)

SELECT * FROM final
