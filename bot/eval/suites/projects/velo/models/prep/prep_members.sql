SELECT *
FROM {{ ref('raw_members') }}
