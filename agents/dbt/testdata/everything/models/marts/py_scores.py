def model(dbt, session):
    # dbt.ref("commented")
    dbt.config(materialized="table")
    orders = dbt.ref("stg_orders")
    people = dbt.source("crm", "people")
    v1 = dbt.ref("everything", "stg_people")
    return orders
