select product_id, product_name, kind as product_kind, launched_on from {{ ref('raw_products') }}
