select catering_id, shop_id, agreed_on, delivered_on from {{ ref('raw_catering') }}
