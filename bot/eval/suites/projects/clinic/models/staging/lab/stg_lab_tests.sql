WITH source AS (
    SELECT *
    FROM {{ ref('raw_lab_tests') }}
)

SELECT
      test_code
    , test_name
    , test_group
    , list_price
FROM source
