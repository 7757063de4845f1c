"""Withdraw a delivery that landed: its rows go, the record of it stays.

What was built from it goes with the next transform, which is a full refresh: a version
of a record that the delivery had replaced holds again.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from rasure.errors import RasureError
from rasure.landing.errors import printable
from rasure.sources import get

# Every table that keeps something of a load, but for the record of the delivery itself.
TABLES_OF_LOADS = """
    select tables.table_schema, tables.table_name
    from information_schema.tables as tables
    inner join information_schema.columns as columns
        on tables.table_schema = columns.table_schema
        and tables.table_name = columns.table_name
    where tables.table_type = 'BASE TABLE'
        and columns.column_name = 'load_id'
        and (
            tables.table_schema in ('raw', 'quarantine')
            or tables.table_schema = 'ops'
            and tables.table_name not in ('deliveries', 'gate_results')
        )
    order by (tables.table_name = 'delivery_files'), 1, 2
"""
# The deltas of the same force that were extracted after the delivery and before the
# next full extract. A full extract replaces every record: what follows it is complete.
DELTAS_ON_IT = """
    select distinct later.load_id, later.delivery
    from ops.deliveries as given
    inner join ops.delivery_files as given_files
        on given.load_id = given_files.load_id
    inner join ops.deliveries as later
        on given.source = later.source
        and later.state = 'landed'
        and later.kind = 'delta'
        and later.extracted_at > given.extracted_at
    inner join ops.delivery_files as later_files
        on later.load_id = later_files.load_id
        and given_files.force = later_files.force
    where given.load_id = %(load_id)s
        and not exists (
            select 1
            from ops.deliveries as complete
            inner join ops.delivery_files as complete_files
                on complete.load_id = complete_files.load_id
            where complete.source = given.source
                and complete.state = 'landed'
                and complete.kind = 'full'
                and complete.load_id <> given.load_id
                and complete_files.force = given_files.force
                and complete.extracted_at >= given.extracted_at
                and complete.extracted_at <= later.extracted_at
        )
    order by later.load_id
"""

# Rows of earlier deliveries that were removed from raw because it superseded them.
ROWS_SUPERSEDED = """
    select coalesce(sum(rows_superseded), 0) from ops.delivery_files
    where superseded_by = %(load_id)s
"""


class WithdrawalRefused(RasureError):
    """The delivery cannot be withdrawn, or not without losing more than it."""

    exit_code = 4


@dataclass(frozen=True)
class Withdrawn:
    """A delivery that was withdrawn, and how many rows of it went."""

    load_id: int
    source: str
    delivery: str
    rows: int


def withdraw(
    connection: psycopg.Connection,
    load_id: int,
    by: str,
    because: str,
    is_forced: bool = False,
) -> Withdrawn:
    """Withdraw a landed delivery, in one transaction.

    `by` and `because` are kept with the record of it. Raises `WithdrawalRefused` if no
    delivery with this id has landed and, unless `is_forced`, if others depend on it.
    """
    if not because.strip():
        raise WithdrawalRefused("Say why the delivery is withdrawn.")
    with connection.transaction():
        # No landing of the same source meanwhile.
        connection.execute("lock ops.deliveries in share row exclusive mode")
        row = connection.execute(
            "select source, delivery from ops.deliveries"
            " where load_id = %s and state = 'landed'",
            (load_id,),
        ).fetchone()
        if row is None:
            raise WithdrawalRefused(
                f"No landed delivery is load {load_id}. `rasure deliveries` lists them."
            )
        source_name, delivery = row
        source = get(source_name)
        obstacles = [
            f"{printable(later)} (load {later_id}) is a delta that follows it, and "
            "what changed in it would be missing"
            for later_id, later in connection.execute(
                DELTAS_ON_IT, {"load_id": load_id}
            ).fetchall()
        ]
        (superseded,) = connection.execute(
            ROWS_SUPERSEDED, {"load_id": load_id}
        ).fetchone()
        if superseded:
            obstacles.append(
                f"it superseded {superseded:,} rows of earlier deliveries, which were "
                "removed and would be missing"
            )
        if source.withdrawal_obstacles:
            obstacles += source.withdrawal_obstacles(connection, load_id)
        if obstacles and not is_forced:
            raise WithdrawalRefused(
                f"Load {load_id}, {printable(delivery)}, was not withdrawn: "
                f"{'; '.join(obstacles)}. Withdraw the later ones first, or land a "
                "full extract that is newer than all of them, or use --force."
            )
        if source.before_withdrawal:
            source.before_withdrawal(connection, load_id)
        rows = 0
        for schema, table in connection.execute(TABLES_OF_LOADS).fetchall():
            deleted = connection.execute(
                sql.SQL("delete from {} where load_id = %s").format(
                    sql.Identifier(schema, table)
                ),
                (load_id,),
            )
            rows += deleted.rowcount if schema in ("raw", "quarantine") else 0
        connection.execute(
            "update ops.deliveries set state = 'withdrawn',"
            " withdrawn_at = clock_timestamp(), withdrawn_by = %s,"
            " withdrawn_because = %s where load_id = %s",
            (by, because, load_id),
        )
    return Withdrawn(load_id, source_name, delivery, rows)
