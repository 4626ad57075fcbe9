SELECT
      insurer_id
    , insurer_name
    , insurer_kind
FROM {{ ref('stg_insurers') }}
