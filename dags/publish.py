"""Bring Superset up to date: dashboards, access and warm caches.

This DAG starts after the designation, the last step that changes the dashboards.
"""

from airflow.sdk import Asset, dag, task

from rasure.runtime.orchestration import DEFAULTS, deadline


@dag(
    dag_id="publish",
    schedule=[Asset("rasure://designation")],
    max_active_runs=1,
    deadline=deadline(minutes=30),
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["superset"],
)
def publish():
    @task
    def synchronise_superset() -> None:
        from rasure.runtime.superset import synchronise

        synchronise(warm=True)

    synchronise_superset()


publish()
