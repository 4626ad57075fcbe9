select
    shipper_id,
    company,
    lower(trim(industry)) as industry,
    home_city,
    signed_on,
    is_deleted
from {{ latest_row('raw_shippers', 'shipper_id') }}
