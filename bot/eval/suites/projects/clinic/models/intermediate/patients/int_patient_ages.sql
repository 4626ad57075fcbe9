SELECT
      patient_id
    , 2025 - birth_year AS age_in_2025
    , CASE
        WHEN 2025 - birth_year < 18 THEN 'child'
        WHEN 2025 - birth_year < 65 THEN 'adult'
        ELSE 'senior'
      END AS age_group
FROM {{ ref('stg_patients') }}
