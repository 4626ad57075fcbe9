WITH src AS (
    SELECT *
    FROM {{ ref('raw_returns') }}
)

SELECT
      return_no
    , order_no || '-' || line_no AS order_line_key
    , order_no
    , crates_returned
    , refund_eur
    , reason
    , returned_on
FROM src
