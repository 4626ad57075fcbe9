SELECT
      site_id
    , site_name
    , site_region
    , opened_on
    , bed_capacity
FROM {{ ref('stg_sites') }}
