WITH src AS (
    SELECT *
    FROM {{ ref('raw_buyers') }}
)

SELECT
      buyer_no
    , buyer_name
    , buyer_type
    , city
    , status
    , LOWER(email) AS email
    , created_at
FROM src
