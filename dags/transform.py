"""Model what has landed: staging, record linkage, places, people, marts.

This DAG starts when raw rows have changed, and when it is unpaused and they changed
meanwhile. Each step of `rasure.transform.pipeline` is
a task with its own log, seconds and retry, so that a failed step can be cleared alone
and steps can run on different workers; record linkage runs in parallel with the places.
A failed test stops the steps after it, and the pages keep the marts of the last good
run. `ops.dbt_runs` holds what dbt did to each model. At the end the cached answers of
the charts are dropped, so that the dashboard shows the change.
"""

from airflow.sdk import Asset, dag, task

from rasure.runtime.orchestration import DEFAULTS, deadline, waiting


@dag(
    dag_id="transform",
    schedule=Asset("rasure://raw") | waiting("transform"),
    max_active_runs=1,
    deadline=deadline(minutes=60),
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["models"],
)
def transform():
    def run_step(step: str, dag_run) -> None:
        from rasure.transform import pipeline

        pipeline.run_task(step, dag_run.run_id, say=print)

    @task
    def staging(dag_run) -> None:
        run_step("staging", dag_run)

    @task
    def link(dag_run) -> None:
        run_step("link", dag_run)

    @task
    def places(dag_run) -> None:
        run_step("places", dag_run)

    @task
    def people(dag_run) -> None:
        run_step("people", dag_run)

    @task(outlets=[Asset("rasure://marts")])
    def marts(dag_run) -> None:
        from rasure.runtime.superset import drop_cached_answers

        run_step("marts", dag_run)
        drop_cached_answers()

    staging() >> [link(), places()] >> people() >> marts()


transform()
