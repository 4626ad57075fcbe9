SELECT *
FROM {{ ref('raw_bikes') }}
