select
    scan_id,
    parcel_id,
    hub_id,
    scanned_at,
    event
from {{ ref('raw_scans') }}
