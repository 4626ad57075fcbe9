WITH source AS (
    SELECT *
    FROM {{ ref('raw_procedures') }}
)

SELECT
      procedure_id
    , admission_id
    , procedure_code
    , surgeon_id
    , performed_on
    , duration_minutes
FROM source
