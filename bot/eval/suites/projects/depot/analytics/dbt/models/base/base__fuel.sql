select
    refuel_id,
    vehicle_id,
    fuelled_on,
    litres,
    {{ cents_to_money('cost_cents', 2) }} as fuel_cost
from {{ ref('raw_fuel') }}
