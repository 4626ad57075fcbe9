SELECT *
FROM {{ ref('raw_repairs') }}
