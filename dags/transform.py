"""Model what has landed: staging, who is one person, core, marts, each with its tests.

Started when raw rows have changed. The tasks are the parts of the one list of steps in
`rasure.transform.steps`, by which `rasure transform` goes too. Each task has one dbt
process for all its layers, since dbt takes seconds to start and half a second a call:
core and marts share one, so that a change is seen within a minute. Without a records-
management extract the first two tasks have nothing to do, and the last makes all in one
call. What dbt did to each model is kept in `ops.dbt_runs`; a failed test stops what
comes after it. At the end the answers that charts have kept are dropped, so that the
next look at the dashboard shows the change.
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
    def build_persons() -> None:
        run("persons")

    @task
    def link_persons() -> None:
        run("link")

    @task(outlets=[Asset("rasure://marts")])
    def build_marts() -> None:
        from rasure.runtime.superset import drop_cached_answers

        run("rest")
        drop_cached_answers()

    build_persons() >> link_persons() >> build_marts()


def run(part: str) -> None:
    from rasure.transform import run_part

    run_part(part)


transform()
