"""Designate the hot places of every force anew, and mark them in the marts.

Started when the marts have changed. A force whose data give the same hot places keeps
the version it has.
"""

from airflow.sdk import Asset, dag, task

from rasure.runtime.orchestration import DEFAULTS, deadline


@dag(
    dag_id="designate",
    schedule=[Asset("rasure://marts")],
    max_active_runs=1,
    deadline=deadline(minutes=30),
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["places"],
)
def designate():
    @task
    def designate_hot_places() -> None:
        from rasure.database import connect
        from rasure.places import designate_all

        with connect("rasure designate") as connection:
            designate_all(connection)

    @task(outlets=[Asset("rasure://designation")])
    def build_hot_places() -> None:
        from rasure.transform import run_layer

        run_layer("hot_places")

    designate_hot_places() >> build_hot_places()


designate()
