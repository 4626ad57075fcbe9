select country, count(*) from {{ ref('stg_people') }} group by 1
