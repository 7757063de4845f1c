"""Check a file's rows by the contract's rules, in DuckDB, and choose what is copied.

DuckDB parses strictly: it sets aside a row with too few or too many fields. The row
rules are one pass of SQL. If every row keeps them and no reader could see other fields,
PostgreSQL copies the text itself. Otherwise DuckDB says what is wrong with the rows at
fault, and writes the others to another file, each with its number. A row with a bad
field that a record can do without is among these, without the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from rasure.landing.unpack import Unpacked
from rasure.sources.contract import FileKind

SINGLE_FAULTS = 2  # so many bad values of a column are slips, whatever their share

# The words for what is wrong with the form of a row, by DuckDB's name for it.
FORM_REASONS = {
    "MISSING COLUMNS": "row: expected {n} fields, found fewer",
    "TOO MANY COLUMNS": "row: expected {n} fields, found more",
    "UNQUOTED VALUE": "row: expected balanced quotes, found a quote left open",
    "LONE RETURN": "row: expected line ends of CR LF or LF, found a lone CR",
    "LINE SIZE OVER MAXIMUM": "row: expected at most {longest:,} bytes, found more",
}


@dataclass(frozen=True)
class EmptiedField:
    """What one rule emptied in a file: in how many rows, of how many with a value."""

    columns: tuple[str, ...]
    reason: str
    rows: int
    values: int

    @property
    def share(self) -> float:
        """The share of the column's values that were emptied, 0 to 1."""
        return self.rows / self.values


@dataclass
class CheckedRows:
    """The outcome for one file: counts, measures, and the rows to quarantine.

    `quarantined` holds (row number, reasons, original text). `identities` holds, by row
    number, the key and the protective values of each of these rows whose fields could
    be read. `emptied` has an entry for each rule that cost rows a field.

    `good` is the CSV file of the rows that land. It is the unpacked text if `is_text`,
    else an export without a header line that begins with the column row_number.
    """

    read: int
    landed: int = 0
    measures: dict[str, float | None] = field(default_factory=dict)
    quarantined: list[tuple[int, list[str], str]] = field(default_factory=list)
    identities: dict[int, list[str]] = field(default_factory=dict)
    emptied: list[EmptiedField] = field(default_factory=list)
    good: Path | None = None
    is_text: bool = False

    @property
    def accounted(self) -> int:
        """The number of rows that are landed or quarantined."""
        return self.landed + len(self.quarantined)

    @property
    def main_reason(self) -> str | None:
        """The commonest reason for quarantine."""
        every = [reason for _, reasons, _ in self.quarantined for reason in reasons]
        return max(sorted(set(every)), key=every.count) if every else None

    @property
    def most_emptied(self) -> EmptiedField | None:
        """The column that lost the largest share of its values, if more than
        `SINGLE_FAULTS` of them."""
        many = [emptied for emptied in self.emptied if emptied.rows > SINGLE_FAULTS]
        return max(many, key=lambda emptied: emptied.share, default=None)


class RowChecker:
    """Checks the files of one delivery, one after another, in a private DuckDB."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.duck = duckdb.connect(
            config={"temp_directory": str(folder), "memory_limit": "2GB", "threads": 2}
        )

    def check(
        self, unpacked: Unpacked, kind: FileKind, month: date | None
    ) -> CheckedRows:
        """Parse `unpacked`, check every row, and write what is to be copied.

        Raises `duckdb.InvalidInputException` when the file cannot be parsed as CSV.
        """
        rows = CheckedRows(unpacked.rows, good=unpacked.text)
        rows.is_text = unpacked.is_unambiguous(len(kind.columns)) and (
            kind.copied_columns == kind.columns
        )
        parsed = _parsed(unpacked, kind, month)
        measures = "".join(f", {measure}" for measure in kind.measures.values())
        rows.landed, flawed, rewritten, *measured = self._query(
            "select count(*) filter (not is_bad),"
            " count(*) filter (not is_bad and is_flawed),"
            f" count(*) filter (not is_bad and is_rewritten){measures} from ({parsed})"
        ).fetchone()
        rows.measures = dict(zip(kind.measures, measured, strict=True))
        if flawed:
            rows.emptied = self._emptied(parsed, kind)
        if rows.landed < unpacked.rows or flawed or rewritten or not rows.is_text:
            numbers = self._quarantine(rows, parsed, unpacked, kind)
            self._export(rows, parsed, unpacked, kind, numbers)
        return rows

    def _emptied(self, parsed: str, kind: FileKind) -> list[EmptiedField]:
        """What each rule empties in the rows that land."""
        counts = ", ".join(
            f"count(*) filter ({rule.violated}),"
            f" count(*) filter (coalesce({', '.join(rule.empties)}) is not null)"
            for rule in kind.emptying_rules
        )
        counted = self._query(
            f"select {counts} from ({parsed}) where not is_bad"
        ).fetchone()
        return [
            EmptiedField(rule.empties, rule.reason, rows, values)
            for rule, rows, values in zip(
                kind.emptying_rules, counted[::2], counted[1::2], strict=True
            )
            if rows
        ]

    def _query(
        self, query: str, parameters: list | None = None
    ) -> duckdb.DuckDBPyConnection:
        """Run a query on the parsed rows; DuckDB lists those it sets aside in
        `faults`."""
        for table in ("faults", "scans"):
            self.duck.execute(f"drop table if exists {table}")
        return self.duck.execute(query, parameters)

    def _quarantine(
        self, rows: CheckedRows, parsed: str, unpacked: Unpacked, kind: FileKind
    ) -> np.ndarray:
        """Fill `rows.quarantined`; returns the row number of each row that DuckDB
        parses, in the order of the file."""
        listed = ", ".join(f"case when {r.violated} then ? end" for r in kind.rules)
        in_file = {column.name: column.value or column.name for column in kind.columns}
        identity = ", ".join(
            f"coalesce({in_file[name]}, {name}, '')" if name in in_file else "''"
            for name in kind.identity
        )
        broken = self._query(
            f"select n, list_filter([{listed}], lambda r: r is not null), [{identity}]"
            f" from (select row_number() over () as n, * from ({parsed}))"
            " where is_bad order by n",
            [rule.reason for rule in kind.rules],
        ).fetchall()
        faults = self.duck.execute(
            "select line - 1, min(error_type::varchar) from faults group by 1"
        ).fetchall()
        of_text = _without(
            np.arange(1, unpacked.rows + 1), [n - 1 for n, _, _ in unpacked.set_aside]
        )
        malformed = [(n, error) for n, error in faults if n <= len(of_text)]
        of_parsed = _without(of_text, [n - 1 for n, _ in malformed])
        reasons = {
            **{int(of_text[n - 1]): [_reason(error, kind)] for n, error in malformed},
            **{int(of_parsed[n - 1]): broken_rules for n, broken_rules, _ in broken},
        }
        rows.identities = {int(of_parsed[n - 1]): values for n, _, values in broken}
        texts = _texts(unpacked, of_text, reasons.keys())
        rows.quarantined = sorted(
            [
                *((n, reasons[n], text) for n, text in texts.items()),
                *(
                    (n, [_reason(error, kind)], text)
                    for n, error, text in unpacked.set_aside
                ),
            ]
        )
        return of_parsed

    def _export(
        self,
        rows: CheckedRows,
        parsed: str,
        unpacked: Unpacked,
        kind: FileKind,
        numbers: np.ndarray,
    ) -> None:
        """Write the good rows, with their numbers, in place of the text."""
        rows.good, rows.is_text = unpacked.text.with_suffix(".good"), False
        columns = ", ".join(_exported_columns(kind))
        self.duck.register("numbers", pa.table({"number": numbers}))
        (rows.landed,) = self._query(
            f"copy (select number, {columns} from ({parsed})"
            f" positional join numbers where not is_bad)"
            f" to {_quoted(rows.good)} (format csv, header false)"
        ).fetchone()
        self.duck.unregister("numbers")
        unpacked.text.unlink()


def _parsed(unpacked: Unpacked, kind: FileKind, month: date | None) -> str:
    """A query for the rows of a file: whether they go to quarantine (`is_bad`), lose a
    field (`is_flawed`), or hold a value in another form (`is_rewritten`)."""
    types = ", ".join(f"'{column.name}': 'varchar'" for column in kind.columns)
    bad = _any(rule.violated for rule in kind.rules if not rule.empties)
    flawed = _any(rule.violated for rule in kind.emptying_rules)
    rewritten = _any(
        f"{column.name} is distinct from {column.value}"
        for column in kind.columns
        if column.value
    )
    derived = "".join(f", {sql} as {name}" for name, sql in kind.derived.items())
    first = f"date '{month}'" if month else "null::date"
    return f"""
        select *, {bad} as is_bad, {flawed} as is_flawed, {rewritten} as is_rewritten
        from (
            select {first} as file_month, *{derived}
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


def _any(conditions: Iterable[str]) -> str:
    """SQL that is true if one of the conditions is."""
    return " or ".join(f"coalesce({one}, false)" for one in conditions) or "false"


def _exported_columns(kind: FileKind) -> Iterator[str]:
    """What is written of a row that lands, as SQL: the names of the fields that it
    lost, where the kind has rules that empty fields, the columns that the file does not
    have, and its values."""
    if kind.emptying_rules:
        emptied = ", ".join(
            f"case when {rule.violated} then '{name}' end"
            for rule in kind.emptying_rules
            for name in rule.empties
        )
        yield (
            "case when is_flawed then array_to_string(list_sort(list_distinct("
            f"list_filter([{emptied}], lambda name: name is not null))), ',')"
            " end"
        )
    yield from kind.added.values()
    for column in kind.copied_columns:
        value = column.value or column.name
        rules = [rule for rule in kind.emptying_rules if column.name in rule.empties]
        if rules:
            broken = _any(rule.violated for rule in rules)
            value = f"case when {broken} then null else {value} end"
        yield value


def _reason(error: str, kind: FileKind) -> str:
    """The words for what is wrong with the form of a row."""
    words = {"n": len(kind.columns), "longest": kind.longest_line}
    return FORM_REASONS.get(error, "row: not CSV").format(**words)


def _without(numbers: np.ndarray, places: list[int]) -> np.ndarray:
    """The numbers but those at these places (from 0)."""
    return np.delete(numbers, np.array(places, dtype=np.int64))


def _texts(unpacked: Unpacked, numbers: np.ndarray, wanted) -> dict[int, str]:
    """The text of the wanted rows, by number; `numbers` are those of the rows that are
    in the unpacked text."""
    texts: dict[int, str] = {}
    if not wanted:
        return texts
    with unpacked.text.open(encoding="utf-8", newline="\n") as lines:
        next(lines)
        for number in numbers.tolist():
            row = next(lines, "")
            while unpacked.has_line_breaks and row.count('"') % 2:
                row += next(lines)  # the row goes on after a line break in a field
            if number in wanted:
                texts[number] = row.removesuffix("\n")
    return texts


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
