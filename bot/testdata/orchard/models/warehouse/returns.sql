SELECT
      r.return_no
    , r.order_line_key
    , r.order_no
    , r.crates_returned
    , r.refund_eur
    , r.reason
    , r.returned_on
FROM {{ ref('base_returns') }} AS r
