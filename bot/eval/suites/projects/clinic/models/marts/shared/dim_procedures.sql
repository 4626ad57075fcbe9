SELECT
      procedure_code
    , procedure_name
    , procedure_group
FROM {{ ref('stg_procedure_codes') }}
