"""Model what has landed: staging, who is one person, core, marts, each with its tests.

Started when raw rows have changed. It goes by the one list of steps in
`rasure.transform.steps`, as `rasure transform` does. It is one task with one dbt
process, since a task takes two seconds to start and dbt three, and a change is to be
seen within a minute; done again after a fault, it finds what it had done before. The
steps are told in the task's log, and what dbt did to each model is kept in
`ops.dbt_runs`; a failed test stops what comes after it. At the end the answers that
charts have kept are dropped, so that the next look at the dashboard shows the change.
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
    @task(outlets=[Asset("rasure://marts")])
    def build_marts() -> None:
        from rasure.runtime.superset import drop_cached_answers
        from rasure.transform import run_changes

        run_changes()
        drop_cached_answers()

    build_marts()


transform()
