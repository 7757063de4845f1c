"""The warehouse's crimes of people, with true ids instead of golden ids.

dbt compiles the models that lead from records to people, and they run again into
temporary tables on the true person of each record. So the warehouse's own SQL is
compared with the truth, without errors of linkage. Only occurrences in which somebody
was dealt with, charged, cautioned or convicted take part, because nobody carries harm
on evidence in any other.
"""

from __future__ import annotations

import json

import psycopg

from rasure.instruments.truth.planted import Truth
from rasure.settings import Settings
from rasure.transform import dbt
from rasure.transform.errors import DbtUnusable

IDS = "int_niche_person_ids"
EVENTS = "int_niche_role_events"
CHAIN = (
    "int_niche_endings",
    "fct_involvement",
    "dim_person",
    "people_persons",
    "people_involvements",
    "int_countable_involvements",
    "int_countable_involvements_to_date",
    "person_crimes",
)

TRUE_IDS = f"""
    create temporary table true_{IDS} (person_id text, force text, golden_id text)
    on commit drop
"""

TRUE_EVENTS = f"""
    create temporary table true_{EVENTS} on commit drop as
    select *
    from core.{EVENTS}
    where force = %(force)s
        and (force, occurrence_id) in (
            select
                events.force,
                events.occurrence_id
            from core.{EVENTS} as events
            inner join reference.role_tiers on events.role = role_tiers.role
            inner join reference.evidence_tiers
                on role_tiers.evidence_tier = evidence_tiers.evidence_tier
                and evidence_tiers.is_evidential
        )
"""

# Records without a part in these occurrences are not needed.
DELETE_UNINVOLVED = f"""
    delete from true_{IDS}
    where person_id not in (select person_id from true_{EVENTS})
"""


def crimes_of_true_people(connection: psycopg.Connection, truth: Truth) -> None:
    """Make the temporary tables `true_<model>` of `CHAIN`; the last has the crimes.

    They are dropped at the end of the transaction, which the caller must have open.
    Raises `DbtUnusable`.
    """
    compiled = compile_chain()
    connection.execute(TRUE_IDS)
    copy = f"copy true_{IDS} from stdin"
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for person_id, person in truth.columns("people", "person_id", "true_person"):
            rows.write_row((person_id, truth.force, str(person)))
    connection.execute(TRUE_EVENTS, {"force": truth.force})
    connection.execute(DELETE_UNINVOLVED)
    true_tables = [IDS, EVENTS]
    for table in true_tables:
        connection.execute(f"analyze true_{table}")
    (database,) = connection.execute("select current_database()").fetchone()
    for model in CHAIN:
        query = compiled[model]
        for table in true_tables:
            query = query.replace(f'"{database}"."core"."{table}"', f"true_{table}")
        connection.execute(
            f"create temporary table true_{model} on commit drop as {query}"
        )
        connection.execute(f"analyze true_{model}")
        true_tables.append(model)


def compile_chain() -> dict[str, str]:
    """The SQL of each model of `CHAIN`, as a build from nothing would run it."""
    settings = Settings.load()
    arguments = ["compile", "--write-json", "--full-refresh", "--select", *CHAIN]
    answer = dbt.call(settings, arguments, step="truth")
    if answer.code != 0:
        raise DbtUnusable(f"dbt stopped with code {answer.code}:\n{answer.error}")
    manifest = dbt.target_path(settings, "truth") / "manifest.json"
    nodes = json.loads(manifest.read_text())["nodes"]
    return {model: nodes[f"model.rasure.{model}"]["compiled_code"] for model in CHAIN}
