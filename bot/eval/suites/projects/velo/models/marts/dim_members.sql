SELECT
    member_id
  , joined_on
  , home_district
  , heard_from
  , is_company
FROM {{ ref('prep_members') }}
