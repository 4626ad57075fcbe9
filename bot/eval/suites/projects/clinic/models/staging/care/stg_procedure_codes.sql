WITH source AS (
    SELECT *
    FROM {{ ref('raw_procedure_codes') }}
)

SELECT
      procedure_code
    , procedure_name
    , procedure_group
FROM source
