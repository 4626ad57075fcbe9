with parcels as (
    select * from {{ live('base__parcels') }}
),

done as (
    select * from {{ ref('calc__deliveries_done') }}
),

scans as (
    select * from {{ ref('calc__parcel_scans') }}
)

select
    parcels.parcel_id,
    parcels.shipper_id,
    parcels.origin_hub_id,
    parcels.destination_hub_id,
    cast(parcels.created_at as date) as created_on,
    parcels.promised_on,
    cast(done.delivered_at as date) as delivered_on,
    parcels.service,
    parcels.weight_grams / 1000.0 as weight_kg,
    parcels.weight_grams >= {{ var('heavy_grams') }} as is_heavy,
    parcels.price,
    cast(done.delivered_at as date) > parcels.promised_on + {{ var('grace_days') }} as is_late,
    {% for event in var('scan_events') %}
    coalesce(scans.{{ event }}_scans, 0) as {{ event }}_scans{% if not loop.last %},{% endif %}
    {% endfor %}
from parcels
left join done on done.parcel_id = parcels.parcel_id
left join scans on scans.parcel_id = parcels.parcel_id
