select basket_id, shop_id, bought_on, paid_by from {{ ref('raw_baskets') }}
