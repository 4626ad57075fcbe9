select
    refuel_id,
    vehicle_id,
    fuelled_on,
    litres,
    fuel_cost
from {{ ref('base__fuel') }}
