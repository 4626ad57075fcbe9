select * from {{ var('orders') }} union all select * from {{ var('relation') }}
