"""Parsing and checking a file's rows, all at once, in DuckDB.

The parser is strict: a row with too few or too many fields, or with a quote that never
closes, is set aside with the reason. The contract's row rules are then one pass of SQL.
Typed values leave as CSV that PostgreSQL copies without looking at them again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from rasure.landing.unpack import Unpacked
from rasure.sources.contract import FileKind

PARSER_REASONS = {
    "MISSING COLUMNS": "row: expected {n} fields, found fewer",
    "TOO MANY COLUMNS": "row: expected {n} fields, found more",
    "UNQUOTED VALUE": "row: expected balanced quotes, found a quote left open",
    "LINE SIZE OVER MAXIMUM": "row: expected at most {longest:,} bytes, found more",
}


@dataclass
class FileRows:
    """The outcome of reading one file: counts, measures, and rows to quarantine.

    `quarantined` holds (row number, reasons, original text); `accounted` is the number
    of data lines that ended up as a row or in quarantine one by one.
    """

    read: int
    landed: int
    accounted: int
    measures: dict[str, float | None]
    quarantined: list[tuple[int, list[str], str]] = field(default_factory=list)
    main_reason: str | None = None


class RowReader:
    """Reads files of one delivery, one after another, in a private DuckDB database."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.duck = duckdb.connect(
            config={"temp_directory": str(folder), "memory_limit": "2GB", "threads": 2}
        )

    def read(self, unpacked: Unpacked, kind: FileKind, month: date) -> FileRows:
        """Parse `unpacked` and check every row; the rows wait in the table `checked`.

        Raises `duckdb.InvalidInputException` when the file cannot be parsed as CSV.
        """
        names = [column.name for column in kind.columns]
        types = ", ".join(f"'{name}': 'varchar'" for name in names)
        bad = " or ".join(f"coalesce({rule.violated}, false)" for rule in kind.rules)
        for table in ("checked", "faults", "scans"):
            self.duck.execute(f"drop table if exists {table}")
        self.duck.execute(
            f"""
            create temp table checked as
            with parsed as (
                select
                    row_number() over () as n,
                    date '{month:%Y-%m-%d}' as file_month,
                    *
                from read_csv(
                    '{unpacked.text}', columns = {{{types}}}, header = true,
                    delim = ',', quote = '"', escape = '"', auto_detect = false,
                    strict_mode = true, new_line = '\\n', store_rejects = true,
                    rejects_table = 'faults', rejects_scan = 'scans',
                    rejects_limit = 0, max_line_size = {2 * kind.longest_line}
                )
            )
            select *, {bad} as is_bad from parsed
            """
        )
        measures = ", ".join(kind.measures.values()) or "null"
        landed, *found = self.duck.execute(
            f"select count(*), {measures} from checked where not is_bad"
        ).fetchone()
        quarantined = self._quarantine(unpacked, kind)
        rows = FileRows(
            read=unpacked.rows,
            landed=landed,
            accounted=landed + len(quarantined),
            measures=dict(zip(kind.measures, found, strict=False)),
            quarantined=quarantined,
        )
        if quarantined:
            every = [reason for _, reasons, _ in quarantined for reason in reasons]
            rows.main_reason = max(sorted(set(every)), key=every.count)
        return rows

    def export(self, kind: FileKind, load_id: int, file_id: int) -> Path:
        """Write the good rows as CSV for COPY, in the order of the raw table."""
        path = self.folder / f"{kind.table}.{file_id}.copy"
        columns = ", ".join(column.expression for column in kind.columns)
        self.duck.execute(
            f"copy (select {load_id}, {file_id}, n, {columns} from checked "
            f"where not is_bad) to '{path}' (format csv, header false)"
        )
        return path

    def _quarantine(self, unpacked: Unpacked, kind: FileKind) -> list:
        words = {"n": len(kind.columns), "longest": kind.longest_line}
        faults = self.duck.execute(
            "select line - 1, error_type::varchar, csv_line from faults order by line"
        ).fetchall()
        away = {
            number: ([PARSER_REASONS["LINE SIZE OVER MAXIMUM"].format(**words)], text)
            for number, text in unpacked.set_aside
        }
        kept = (
            [n for n in range(1, unpacked.rows + 1) if n not in away] if away else None
        )
        for line, error, text in faults:
            number = kept[line - 1] if kept else line
            reason = PARSER_REASONS.get(
                error, "row: expected CSV, found something else"
            )
            away[number] = ([reason.format(**words)], (text or "").rstrip("\n"))
        if away:
            self._renumber(away)
        listed = ", ".join(
            f"case when {rule.violated} then ? end" for rule in kind.rules
        )
        ruled = self.duck.execute(
            f"select n, list_filter([{listed}], lambda r: r is not null) "
            "from checked where is_bad order by n",
            [rule.reason for rule in kind.rules],
        ).fetchall()
        if ruled:
            texts = _texts(
                unpacked, {n for n, _ in ruled}, {n for n, _ in unpacked.set_aside}
            )
            for number, reasons in ruled:
                away[number] = (reasons, texts[number])
        return [(number, *away[number]) for number in sorted(away)]

    def _renumber(self, away: dict) -> None:
        """Give the parsed rows their place in the file, past the rows set aside."""
        gone = sorted(away)
        self.duck.execute(
            "update checked set n = place from ("
            "  select place, row_number() over (order by place) as n"
            "  from (select unnest(range(1, (select count(*) from checked) + ?))"
            "        as place) where not list_contains(?, place)"
            ") as places where checked.n = places.n",
            [len(gone) + 1, gone],
        )


def _texts(unpacked: Unpacked, wanted: set[int], missing: set[int]) -> dict[int, str]:
    found = {}
    with unpacked.text.open(encoding="utf-8", newline="\n") as lines:
        next(lines, None)
        number = 0
        for line in lines:
            number += 1
            while number in missing:
                number += 1
            if number in wanted:
                found[number] = line.rstrip("\n")
    return found
