"""What the sync asks the marts: their columns, which are empty, the first force.

Read through SQLAlchemy with the reader's own rights, so that what is checked is what an
officer's chart will be able to read.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from rasure_superset.assets.bundle import Bundle
from rasure_superset.assets.checks import Marts, columns_of
from rasure_superset.assets.render import Facts
from rasure_superset.errors import AssetFaults, SyncError


def connect(url: str) -> Engine:
    """An engine on the marts; raises `SyncError` when they do not answer."""
    engine = create_engine(url, connect_args={"connect_timeout": 10})
    try:
        engine.connect().close()
    except OperationalError as error:
        raise SyncError(
            f"The marts at {engine.url.host}:{engine.url.port} "
            f"({engine.url.database}) do not answer as the "
            "reader role. Start the warehouse with `rasure up`, or check "
            "RASURE_READER_URL."
        ) from error
    return engine


def engines(bundle: Bundle, settings: dict[str, str]) -> dict[str, Engine]:
    """An engine for each database of the assets whose reader is set, by UUID.

    Raises `SyncError` when one does not answer, or is not set and not optional.
    """
    found = {}
    for uuid, database in bundle.databases.items():
        name = database.content["sqlalchemy_uri"].strip("${}")
        if settings.get(name):
            found[uuid] = connect(settings[name])
        elif not database.content.get("optional"):
            raise SyncError(f"{name} is not set, so there are no marts to show.")
    return found


def columns(engine: Engine) -> Marts:
    """The columns of every mart that the reader may select from."""
    found = defaultdict(set)
    with engine.connect() as connection:
        for table, column in connection.execute(
            text(
                "select table_name, column_name from information_schema.columns "
                "where table_schema in ('marts', 'marts_people')"
            )
        ):
            found[table].add(column)
    return dict(found)


def try_queries(engines: dict[str, Engine], bundle: Bundle) -> None:
    """Plan every dataset's columns and metrics; raises `AssetFaults` naming those that
    the database refuses."""
    faults = []
    for dataset in bundle.datasets.values():
        content = dataset.content
        source = f"({dataset.companion}) as source" if dataset.companion else None
        source = source or f"{content['schema']}.{content['table_name']}"
        tries = [
            ("columns", column["column_name"], column.get("expression"))
            for column in content["columns"]
        ]
        tries += [
            ("metrics", metric["metric_name"], metric["expression"])
            for metric in content["metrics"]
        ]
        for key, name, expression in tries:
            with engines[str(content["database_uuid"])].connect() as connection:
                try:
                    connection.exec_driver_sql(
                        f"explain select {expression or name} from {source}".replace(
                            "%", "%%"
                        )
                    )
                except ProgrammingError as error:
                    reason = str(error.orig).splitlines()[0]
                    faults.append(f"{dataset.file}: {key}: {name}: {reason}")
    if faults:
        raise AssetFaults(faults)


def facts(engines: dict[str, Engine], bundle: Bundle) -> Facts:
    """Which marts are empty, wholly or for the force whose data reach furthest.

    That force is the one the dashboard's filter starts with; where no mart holds
    another, no filter need wait for it. Raises `SyncError` when the marts hold no force
    at all: there is nothing to show.
    """
    with next(iter(engines.values())).connect() as connection:
        forces = _ask(
            connection,
            "select force_name from marts.force_summary "
            "order by data_as_at desc nulls last, force_name",
        )
    if not forces:
        raise SyncError(
            "marts.force_summary has no rows, so there is nothing to show. Land a "
            "delivery (`rasure land`) and run `rasure transform` first."
        )
    empty, elsewhere, seen = set(), {}, set(forces)
    for dataset in bundle.datasets.values():
        content = dataset.content
        table = content["table_name"]
        if dataset.companion and not content.get("optional"):
            continue
        source = f"({dataset.companion}) as source" if dataset.companion else None
        source = source or f"{content['schema']}.{table}"
        with engines[str(content["database_uuid"])].connect() as connection:
            if not _ask(connection, f"select exists (select from {source})")[0]:
                empty.add(table)
            elif "force_name" in columns_of(dataset):
                query = f"select distinct force_name from {source} order by 1"
                present = _ask(connection, query)
                seen |= set(filter(None, present))
                if forces[0] not in present:
                    elsewhere[table] = present
    without_choice = {"force_name"} if len(seen) == 1 else set()
    return Facts(empty, elsewhere, {"force_name": forces[:1]}, without_choice)


def _ask(connection, query: str) -> list:
    return [row[0] for row in connection.exec_driver_sql(query.replace("%", "%%"))]
