select
    country_code,
    continent
from {{ source('raw', 'countries') }}
