SELECT
      product_code || '@' || valid_from AS price_key
    , product_code
    , list_price
    , valid_from
    , valid_to
FROM {{ ref('raw_prices') }}
