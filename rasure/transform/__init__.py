"""The transform: staging, core and marts, built by dbt in the warehouse.

`pipeline` holds the steps and runs them; `state` what the warehouse was built from;
`dbt` calls dbt; `marts` publishes; `results` keeps what each model did in
`ops.dbt_runs`. What is heavy is imported only when something runs.
"""
