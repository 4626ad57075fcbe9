WITH source AS (
    SELECT *
    FROM {{ ref('raw_insurers') }}
)

SELECT
      insurer_id
    , insurer_name
    , insurer_kind
FROM source
