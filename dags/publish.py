"""Bring Superset up to date: dashboards, access and warm caches.

This DAG starts after the designation, the last step that changes the dashboards, and
when it is unpaused and a designation came meanwhile.
"""

from airflow.sdk import Asset, dag, task

from rasure.runtime.orchestration import DEFAULTS, deadline, waiting


@dag(
    dag_id="publish",
    schedule=Asset("rasure://designation") | waiting("publish"),
    max_active_runs=1,
    deadline=deadline(minutes=30),
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["superset"],
)
def publish():
    @task
    def synchronise_superset() -> None:
        from rasure.runtime.publishing import publish_designation

        publish_designation()

    synchronise_superset()


publish()
