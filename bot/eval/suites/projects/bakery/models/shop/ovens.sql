select oven_id, shop_id, oven_kind from {{ ref('raw_ovens') }}
