select
    parcel_id,
    shipper_id,
    origin_hub_id,
    destination_hub_id,
    created_at,
    promised_on,
    service,
    weight_grams,
    {{ cents_to_money('price_cents') }} as price,
    is_deleted
from {{ latest_row('raw_parcels', 'parcel_id') }}
