SELECT
      test_code
    , test_name
    , test_group
    , list_price
FROM {{ ref('stg_lab_tests') }}
