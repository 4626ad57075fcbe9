SELECT *
FROM {{ ref('raw_memberships') }}
