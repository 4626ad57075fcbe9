SELECT
      budget_month
    , site_id
    , budget_amount
FROM {{ ref('stg_site_budgets') }}
