WITH source AS (
    SELECT *
    FROM {{ ref('raw_prescriptions') }}
)

SELECT
      prescription_id
    , appointment_id
    , drug_name
    , drug_class
    , quantity
    , unit_price
    , prescribed_on
FROM source
