SELECT
      prescription_id
    , appointment_id
    , patient_id
    , drug_name
    , drug_class
    , quantity
    , unit_price
    , drug_cost
    , prescribed_on
FROM {{ ref('int_prescription_costs') }}
