SELECT
      patients.patient_id
    , patients.registered_on
    , patients.sex
    , ages.age_group
    , patients.home_region
    , patients.referral_source
    , patients.is_staff_family
    , visits.first_visit_on
FROM {{ ref('stg_patients') }} AS patients
LEFT JOIN {{ ref('int_patient_ages') }} AS ages
    ON ages.patient_id = patients.patient_id
LEFT JOIN {{ ref('int_first_visits') }} AS visits
    ON visits.patient_id = patients.patient_id
