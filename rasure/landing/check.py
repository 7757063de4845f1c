"""Parsing and checking a file's rows, all at once, in DuckDB.

The parser is strict: a row with too few or too many fields, or with a quote that never
closes, is set aside with the reason. The contract's row rules are one pass of SQL. When
every row keeps them, PostgreSQL copies the very text that was checked; only a file with
a row at fault is read again, to say which and why, and to export the good ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from rasure.landing import gaps
from rasure.landing.unpack import Unpacked
from rasure.sources.contract import FileKind

PARSER_REASONS = {
    "MISSING COLUMNS": "row: expected {n} fields, found fewer",
    "TOO MANY COLUMNS": "row: expected {n} fields, found more",
    "UNQUOTED VALUE": "row: expected balanced quotes, found a quote left open",
    "LONE RETURN": "row: expected line ends of CR LF or LF, found a lone CR",
    "LINE SIZE OVER MAXIMUM": "row: expected at most {longest:,} bytes, found more",
}


@dataclass
class FileRows:
    """The outcome of reading one file: counts, measures, and rows to quarantine.

    `quarantined` holds (row number, reasons, original text). `good` is the CSV file of
    the rows that keep every rule: the text itself when `is_text` (only its `stretches`,
    where it has gaps), else an export that begins with the columns load_id, file_id
    and row_number.
    """

    read: int
    landed: int = 0
    measures: dict[str, float | None] = field(default_factory=dict)
    quarantined: list[tuple[int, list[str], str]] = field(default_factory=list)
    good: Path | None = None
    is_text: bool = False
    stretches: list[gaps.Stretch] | None = None

    @property
    def accounted(self) -> int:
        """Data lines that ended up as a row, or in quarantine, one by one."""
        return self.landed + len(self.quarantined)

    @property
    def main_reason(self) -> str | None:
        """The commonest reason for quarantine."""
        every = [reason for _, reasons, _ in self.quarantined for reason in reasons]
        return max(sorted(set(every)), key=every.count) if every else None


class RowReader:
    """Reads files of one delivery, one after another, in a private DuckDB database."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.duck = duckdb.connect(
            config={"temp_directory": str(folder), "memory_limit": "2GB", "threads": 2}
        )

    def read(
        self,
        unpacked: Unpacked,
        kind: FileKind,
        month: date | None,
        load_id: int,
        file_id: int,
    ) -> FileRows:
        """Parse `unpacked`, check every row, and say what is to be copied.

        Raises `duckdb.InvalidInputException` when the file cannot be parsed as CSV.
        """
        is_text = kind.is_plain and unpacked.is_unambiguous(len(kind.columns))
        rows = FileRows(unpacked.rows, good=unpacked.text, is_text=is_text)
        checked = _checked(unpacked, kind, month)
        self._forget()
        measures = "".join(f", {measure}" for measure in kind.measures.values())
        rows.landed, *found = self.duck.execute(
            f"select count(*) filter (not is_bad){measures} from ({checked})"
        ).fetchone()
        rows.measures = dict(zip(kind.measures, found, strict=True))
        if rows.landed == unpacked.rows and rows.is_text:
            return rows
        checked = _checked(unpacked, kind, month, numbered=True)
        if (
            kind.is_plain
            and unpacked.is_sifted
            and unpacked.rows - rows.landed <= gaps.MOST
        ):
            self._leave_out(rows, checked, unpacked, kind)
            return rows
        rows.good, rows.is_text = self.folder / f"{file_id}.copy", False
        rows.quarantined = self._examine(checked, unpacked, kind)
        columns = ", ".join(column.expression for column in kind.columns)
        good = _quoted(rows.good)
        (rows.landed,) = self.duck.execute(
            f"copy (select {load_id}, {file_id}, n, {columns} from checked"
            f" where not is_bad order by n) to {good} (format csv, header false)"
        ).fetchone()
        unpacked.text.unlink()
        return rows

    def _forget(self) -> None:
        for table in ("faults", "scans"):
            self.duck.execute(f"drop table if exists {table}")

    def _leave_out(
        self, rows: FileRows, checked: str, unpacked: Unpacked, kind: FileKind
    ) -> None:
        """Say of the few rows at fault what is wrong, and cut the text around them."""
        self._forget()
        listed = ", ".join(f"case when {r.violated} then ? end" for r in kind.rules)
        ruled = self.duck.execute(
            f"select n, list_filter([{listed}], lambda r: r is not null)"
            f" from ({checked}) where is_bad order by n",
            [rule.reason for rule in kind.rules],
        ).fetchall()
        unread = {
            line: [self._reason(error, kind)]
            for line, error in self.duck.execute(
                "select line - 1, error_type::varchar from faults"
            ).fetchall()
        }
        bad = unread | dict(
            zip(
                gaps.places([n for n, _ in ruled], sorted(unread)),
                (reasons for _, reasons in ruled),
                strict=True,
            )
        )
        absent = [number for number, _, _ in unpacked.set_aside]
        in_text = unpacked.rows - len(absent)
        rows.stretches, texts = gaps.stretches(
            unpacked.text, in_text, sorted(bad), absent
        )
        numbers = gaps.places(sorted(bad), absent)
        rows.quarantined = sorted(
            [
                *(
                    (number, bad[n], texts[n])
                    for n, number in zip(sorted(bad), numbers, strict=True)
                ),
                *(
                    (number, [self._reason(error, kind)], text)
                    for number, error, text in unpacked.set_aside
                ),
            ]
        )
        rows.is_text = True

    @staticmethod
    def _reason(error: str, kind: FileKind) -> str:
        words = {"n": len(kind.columns), "longest": kind.longest_line}
        return PARSER_REASONS.get(error, "row: not CSV").format(**words)

    def _examine(self, checked: str, unpacked: Unpacked, kind: FileKind) -> list:
        """Say of every row that is at fault where it stands, why, and what it was."""
        self._forget()
        self.duck.execute(f"create or replace temp table checked as {checked}")
        away = {number: (error, text) for number, error, text in unpacked.set_aside}
        kept = [n for n in range(1, unpacked.rows + 1) if n not in away]
        for line, error, text in self.duck.execute(
            "select line - 1, error_type::varchar, csv_line from faults order by line"
        ).fetchall():
            if line <= len(kept):
                away[kept[line - 1]] = (error, (text or "").rstrip("\n"))
        quarantined = [
            (number, [self._reason(error, kind)], text)
            for number, (error, text) in away.items()
        ]
        self._renumber(sorted(away))
        listed = ", ".join(f"case when {r.violated} then ? end" for r in kind.rules)
        ruled = self.duck.execute(
            f"select n, list_filter([{listed}], lambda r: r is not null) "
            "from checked where is_bad order by n",
            [rule.reason for rule in kind.rules],
        ).fetchall()
        missing = {number for number, _, _ in unpacked.set_aside}
        texts = _texts(unpacked, {n for n, _ in ruled}, missing)
        quarantined += [(number, reasons, texts[number]) for number, reasons in ruled]
        return sorted(quarantined)

    def _renumber(self, gone: list[int]) -> None:
        """Give the parsed rows their place in the file, past the rows set aside."""
        if not gone:
            return
        self.duck.execute(
            "update checked set n = place from ("
            "  select place, row_number() over (order by place) as n"
            "  from (select unnest(range(1, (select count(*) from checked) + ?))"
            "        as place) where place not in (select unnest(?))"
            ") as places where checked.n = places.n",
            [len(gone) + 1, gone],
        )


def _checked(
    unpacked: Unpacked, kind: FileKind, month: date | None, numbered: bool = False
) -> str:
    """A query for the rows of a file and whether they break a rule (`is_bad`), with
    their number `n` if wanted (numbering costs a tenth of the reading)."""
    types = ", ".join(f"'{column.name}': 'varchar'" for column in kind.columns)
    bad = " or ".join(f"coalesce({rule.violated}, false)" for rule in kind.rules)
    derived = "".join(f", {sql} as {name}" for name, sql in kind.derived.items())
    number = "row_number() over () as n, " if numbered else ""
    first = f"date '{month}'" if month else "null::date"
    return f"""
        select *, {bad} as is_bad
        from (
            select {number} {first} as file_month, *{derived}
            from read_csv(
                {_quoted(unpacked.text)}, columns = {{{types}}},
                header = true, delim = ',', quote = '"', escape = '"',
                auto_detect = false, strict_mode = true, new_line = '\\n',
                store_rejects = true, rejects_limit = 0,
                rejects_table = 'faults', rejects_scan = 'scans',
                max_line_size = {2 * kind.longest_line}
            )
        )
    """


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _texts(unpacked: Unpacked, wanted: set[int], missing: set[int]) -> dict[int, str]:
    """The text of the wanted rows by number; `missing` ones are not in the file."""
    found: dict[int, str] = {}
    with unpacked.text.open(encoding="utf-8", newline="\n") as lines:
        next(lines, None)
        number = 0
        for line in lines:
            while unpacked.is_sifted and line.count('"') % 2:
                line += next(lines)  # the row goes on past a line break in a field
            number += 1
            while number in missing:
                number += 1
            if number in wanted:
                found[number] = line.removesuffix("\n")
    return found
