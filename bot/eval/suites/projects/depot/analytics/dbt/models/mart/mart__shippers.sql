select
    shipper_id,
    industry,
    home_city,
    signed_on
from {{ live('base__shippers') }}
