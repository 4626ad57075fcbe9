WITH source AS (
    SELECT *
    FROM {{ ref('raw_site_budgets') }}
)

SELECT
      budget_month
    , site_id
    , budget_amount
FROM source
