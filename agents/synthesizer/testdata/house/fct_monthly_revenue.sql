{{ config(materialized='table') }}

WITH orders AS (

    SELECT * FROM {{ ref('fct_orders') }}

),

final AS (

    SELECT
        CAST(DATE_TRUNC('month', ordered_at) AS DATE) AS month,
        SUM(amount) AS revenue
    FROM orders
    WHERE ordered_at IS NOT NULL
    GROUP BY 1

)

SELECT * FROM final
