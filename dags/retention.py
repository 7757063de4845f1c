"""Remove what is older than the settings say: texts in quarantine, superseded rows of
raw, the history of runs, logs.

This DAG starts each night. `[retention]` of settings.toml says how many days each thing
is kept; docs/scaling.md says what each table is for.
"""

from airflow.sdk import CronTriggerTimetable, dag, task

from rasure.runtime.orchestration import DEFAULTS, deadline


@dag(
    dag_id="retention",
    schedule=CronTriggerTimetable("10 4 * * *", timezone="UTC"),
    max_active_runs=1,
    catchup=False,
    deadline=deadline(minutes=180),
    default_args=DEFAULTS,
    doc_md=__doc__,
    tags=["upkeep"],
)
def retention():
    @task
    def remove_old() -> None:
        from rasure.database import connect
        from rasure.operations import retention as upkeep
        from rasure.settings import Settings

        settings = Settings.load()
        limits = upkeep.limits(settings)
        with connect("rasure retention", autocommit=True) as connection:
            removed = upkeep.remove_old(connection, limits, settings.logs)
        upkeep.say_removed(removed, print)

    remove_old()


retention()
