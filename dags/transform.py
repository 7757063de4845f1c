"""Model what has landed: staging, core, marts, each built and tested by one dbt call.

Started when raw rows have changed. What dbt did to each model is kept in
`ops.model_runs`; a failed test stops the layers after it.
"""

from airflow.sdk import Asset, dag, task

from rasure.runtime.orchestration import DEFAULTS, deadline


@dag(
    dag_id="transform",
    schedule=[Asset("rasure://raw")],
    max_active_runs=1,
    deadline=deadline(minutes=60),
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["models"],
)
def transform():
    @task
    def build_staging() -> None:
        build("staging")

    @task
    def build_core() -> None:
        build("core")

    @task(outlets=[Asset("rasure://marts")])
    def build_marts() -> None:
        build("marts")

    build_staging() >> build_core() >> build_marts()


def build(layer: str) -> None:
    from rasure.transform import run_layer

    run_layer(layer)


transform()
