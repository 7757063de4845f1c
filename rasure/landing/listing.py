"""What `rasure deliveries` prints."""

from __future__ import annotations

from rasure import schema
from rasure.database import connect

DELIVERIES = """
    select
        load_id, source, delivery, state, rows_read, rows_landed, rows_quarantined,
        received_at, landed_at, seconds::float8 as seconds, archive_sha256, delivery_id,
        coalesce(error, 'withdrawn by ' || withdrawn_by || ': ' || withdrawn_because)
            as error
    from ops.deliveries
    order by load_id desc
    limit %s
"""
FAULTS = """
    select load_id, file, column_name, expected, found
    from ops.gate_results
    where not success
    order by load_id desc, file
    limit %s
"""
HIDDEN = {"archive_sha256", "delivery_id", "error", "landed_at", "source", "seconds"}


def query_rows(query: str, last: int) -> list[dict]:
    """Run one of the queries above; returns a dict for each row, newest first."""
    with connect("rasure deliveries") as connection:
        schema.ensure(connection)
        cursor = connection.execute(query, (last,))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def table(rows: list[dict], title: str) -> None:
    """Print rows as a table, with the errors of rejected deliveries under it."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        print(f"{title}: none.")
        return
    names = [name for name in rows[0] if name not in HIDDEN]
    grid = Table(title=title)
    for name in names:
        grid.add_column(name.replace("rows_", "").replace("_", " "), overflow="fold")
    for row in rows:
        grid.add_row(*(_text(row[name]) for name in names))
    console = Console()
    console.print(grid)
    for row in rows:
        if row.get("error"):
            console.print(f"load {row['load_id']}: {row['error']}", highlight=False)


def _text(value) -> str:
    if value is None:
        return ""
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:,}" if isinstance(value, int) else str(value)
