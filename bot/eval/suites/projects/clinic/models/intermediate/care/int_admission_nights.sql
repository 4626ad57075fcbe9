SELECT
      *
    , DATE_DIFF('day', CAST(admitted_at AS DATE), CAST(discharged_at AS DATE)) AS nights
FROM {{ ref('stg_admissions') }}
