select shop_id, shop_name, opened_on from {{ ref('raw_shops') }}
