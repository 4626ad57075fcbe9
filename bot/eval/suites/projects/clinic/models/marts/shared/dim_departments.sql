SELECT
      department_id
    , department_name
    , department_kind
FROM {{ ref('stg_departments') }}
