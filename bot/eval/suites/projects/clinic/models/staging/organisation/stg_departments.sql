WITH source AS (
    SELECT *
    FROM {{ ref('raw_departments') }}
)

SELECT
      department_id
    , department_name
    , department_kind
FROM source
