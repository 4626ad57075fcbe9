select voucher_id, item_id, campaign, amount as discount from {{ ref('raw_vouchers') }}
