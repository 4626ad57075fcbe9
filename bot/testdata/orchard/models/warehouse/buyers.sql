SELECT
      b.buyer_no
    , b.buyer_name
    , b.buyer_type
    , b.city
    , b.status
    , b.email
    , b.created_at
FROM {{ ref('base_buyers') }} AS b
