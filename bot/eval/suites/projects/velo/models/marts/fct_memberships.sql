SELECT
    membership_id
  , member_id
  , tier
  , monthly_fee
  , started_on
  , ended_on
FROM {{ ref('prep_memberships') }}
