"""Designate the hot places of every force, and mark them in the marts.

This DAG starts when the marts have changed, and when it is unpaused and they changed
meanwhile. It designates once for each day of the
data, and whenever it is started by hand, so that a change within a day does not wait
for it. A force whose data give the same hot places keeps its version.
"""

from airflow.sdk import Asset, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from rasure.runtime.orchestration import DEFAULTS, deadline, waiting


@dag(
    dag_id="designate",
    schedule=Asset("rasure://marts") | waiting("designate"),
    max_active_runs=1,
    deadline=deadline(minutes=30),
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["places"],
)
def designate():
    @task
    def designate_hot_places(dag_run) -> None:
        from rasure.database import connect
        from rasure.runtime.designating import designate_due

        with connect("rasure designate", autocommit=True) as connection:
            if not designate_due(connection, always=dag_run.run_type == "manual"):
                raise AirflowSkipException("the data are of the day designated last")

    @task(outlets=[Asset("rasure://designation")])
    def build_marts() -> None:
        from rasure.runtime.designating import show_designation

        show_designation(say=print)

    designate_hot_places() >> build_marts()


designate()
