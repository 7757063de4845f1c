"""What the synchronisation reads from the marts: columns, empty marts, the first force.

It reads with the reader's own rights, so what it checks is what a chart can read.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from rasure_superset.assets.bundle import Bundle, Marts
from rasure_superset.assets.render import Facts
from rasure_superset.errors import AssetFaults, SyncError


def engines(bundle: Bundle, settings: dict[str, str]) -> dict[str, Engine]:
    """An engine for each database of the assets whose reader is set, by UUID.

    Raises `SyncError` if one does not answer, or is not set and not optional.
    """
    by_uuid = {}
    for uuid, database in bundle.databases.items():
        variable = database.content["sqlalchemy_uri"].strip("${}")
        if settings.get(variable):
            by_uuid[uuid] = _connect(settings[variable])
        elif not database.content.get("optional"):
            raise SyncError(f"{variable} is not set, so there are no marts to show.")
    return by_uuid


def columns(engine: Engine) -> Marts:
    """The columns of every mart that the reader may select from."""
    marts = defaultdict(set)
    with engine.connect() as connection:
        for table, column in connection.execute(
            text(
                "select table_name, column_name from information_schema.columns "
                "where table_schema in ('marts', 'marts_people')"
            )
        ):
            marts[table].add(column)
    return dict(marts)


def check_expressions(engines: dict[str, Engine], bundle: Bundle) -> None:
    """Have PostgreSQL plan every column and metric of every dataset.

    Raises `AssetFaults` naming those that it refuses.
    """
    faults = []
    for dataset in bundle.datasets.values():
        content = dataset.content
        expressions = [
            ("columns", column["column_name"], column.get("expression"))
            for column in content["columns"]
        ]
        expressions += [
            ("metrics", metric["metric_name"], metric["expression"])
            for metric in content["metrics"]
        ]
        for key, name, expression in expressions:
            query = f"explain select {expression or name} from {dataset.source}"
            with engines[str(content["database_uuid"])].connect() as connection:
                try:
                    _first_column(connection, query)
                except ProgrammingError as error:
                    reason = str(error.orig).splitlines()[0]
                    faults.append(f"{dataset.file}: {key}: {name}: {reason}")
    if faults:
        raise AssetFaults(faults)


def areas(engines: dict[str, Engine]) -> set[str]:
    """The areas that rows can be of, of every force and set of areas."""
    with next(iter(engines.values())).connect() as connection:
        return set(
            _first_column(
                connection,
                "select area from marts.map_areas union select area from "
                "marts.area_trends",
            )
        )


def facts(engines: dict[str, Engine], bundle: Bundle) -> Facts:
    """Which marts are empty, and which only have rows of other forces.

    Filters start with the force whose data are newest. Raises `SyncError` if the marts
    hold no force at all.
    """
    with next(iter(engines.values())).connect() as connection:
        forces = _first_column(
            connection,
            "select force_name from marts.force_summary "
            "order by data_as_at desc nulls last, force_name",
        )
    if not forces:
        raise SyncError(
            "marts.force_summary has no rows, so there is nothing to show. Land a "
            "delivery (`rasure land`) and run `rasure transform` first."
        )
    empty, other_forces, all_forces = set(), {}, set(forces)
    for dataset in bundle.datasets.values():
        content = dataset.content
        if dataset.companion and not content.get("optional"):
            continue
        table = content["table_name"]
        with engines[str(content["database_uuid"])].connect() as connection:
            query = f"select exists (select from {dataset.source})"
            if _first_column(connection, query) == [False]:
                empty.add(table)
            elif "force_name" in dataset.columns:
                query = f"select distinct force_name from {dataset.source} order by 1"
                forces_of_table = _first_column(connection, query)
                all_forces |= set(filter(None, forces_of_table))
                if forces[0] not in forces_of_table:
                    other_forces[table] = forces_of_table
    return Facts(
        empty=empty,
        other_forces=other_forces,
        defaults={"force_name": forces[:1]},
        single_valued={"force_name"} if len(all_forces) == 1 else set(),
    )


def _connect(url: str) -> Engine:
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


def _first_column(connection, query: str) -> list:
    # The driver would take a percent sign for the place of a parameter.
    result = connection.exec_driver_sql(query.replace("%", "%%"))
    return [row[0] for row in result]
