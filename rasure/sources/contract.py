"""The contract of an inbound source: its kinds of file, their columns and row rules.

A source is data: `rasure.landing` reads any source by its contract, and
`expectations/` checks its files. A new source is a new module under `rasure.sources`,
never another loader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

MANIFEST = "manifest.json"  # the file of a delivery that lists its files


@dataclass(frozen=True)
class Column:
    """A column of a file and of its raw table.

    `header` is the publisher's name, `name` the raw table's. A file may lack the column
    if it `may_be_absent`; its values are then empty. `value` is DuckDB SQL for the text
    that PostgreSQL reads, where publishers write a value in several forms. A column
    that `is_ignored` is in the file and not in the raw table.
    """

    header: str
    name: str
    may_be_absent: bool = False
    value: str | None = None
    is_ignored: bool = False


@dataclass(frozen=True)
class RowRule:
    """A rule for every row; `violated` is DuckDB SQL that is true if a row breaks it.

    A row that breaks it goes to quarantine. If the rule names columns that it
    `empties`, the row lands without these fields. Only a field that a record can do
    without may be emptied, never a key.

    `reason` names the column and what was expected. It is stored and shown, so it holds
    no value of the row. `violated` may use the columns and `file_month` (a date).
    """

    reason: str
    violated: str
    empties: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileKind:
    """One kind of file of a source, and the raw table that its rows are copied to.

    - `derived`: DuckDB expressions over the columns that several rules use, by name.
    - `added`: columns of the raw table that no column of the file holds, as DuckDB SQL
      by name. They are empty in a file that is copied as it is, which has no value in
      another form.
    - `measures`: aggregates over the file that `expectations/` can check, by name.
    - `key`: the column that identifies a record, where quarantine keeps it.
    - `protective`: the columns that say whether a record is kept from somebody;
      quarantine keeps their values, so that a record stays open only where it was read
      that it is.
    - `encodings`: tried in this order.
    - `has_line_breaks`: quoted fields may contain line breaks.
    - `in_any_order`: the columns may come in any order.
    - `ignores_other_columns`: columns that are not in the contract are passed over.
    - `whole`: one faulty row rejects the delivery, instead of going to quarantine.
    - `is_fresh`: some row changes every day, so `expectations/` can reject an old file.
    """

    name: str
    table: str
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...]
    derived: dict[str, str] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    protective: tuple[str, ...] = ()
    longest_line: int = 20_000
    encodings: tuple[str, ...] = ("utf-8", "cp1252")
    is_encoding_stated: bool = False  # by the manifest; then no other is tried
    has_line_breaks: bool = False
    in_any_order: bool = False
    ignores_other_columns: bool = False
    whole: bool = False
    is_fresh: bool = False

    def as_in(self, header: list[str]) -> FileKind:
        """This kind with its columns in the order of a file's header line.

        Letter case and blanks around a header make no difference. Columns that the file
        may lack, and does, are left out. The kind is returned as it is if its columns
        may not come in any order, or if the header does not have each of the others
        once.
        """
        by_header = {_plain(column.header): column for column in self.columns}
        names = [_plain(name) for name in header]
        present = set(names)
        if self.ignores_other_columns:
            others = [name for name in names if name not in by_header]
            by_header |= {
                name: Column(name, f"other_{number}", is_ignored=True)
                for number, name in enumerate(others)
            }
        needed = {
            plain for plain, column in by_header.items() if not column.may_be_absent
        }
        if (
            not self.in_any_order
            or len(present) < len(names)
            or not needed <= present <= by_header.keys()
        ):
            return self
        absent = tuple(
            f"{column.header}:"
            for plain, column in by_header.items()
            if plain not in present
        )
        return replace(
            self,
            columns=tuple(
                replace(by_header[plain], header=name)
                for plain, name in zip(names, header, strict=True)
            ),
            rules=tuple(
                rule for rule in self.rules if not rule.reason.startswith(absent)
            ),
        )

    @property
    def emptying_rules(self) -> tuple[RowRule, ...]:
        """The rules that cost a row a field, not its place in the warehouse."""
        return tuple(rule for rule in self.rules if rule.empties)

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns of which quarantine keeps the values: the key, and those that
        protect."""
        return (self.key, *self.protective) if self.key else ()

    @property
    def headers(self) -> list[str]:
        """The header line, in the publisher's words and order."""
        return [column.header for column in self.columns]

    @property
    def copied_columns(self) -> tuple[Column, ...]:
        """The columns that the raw table has."""
        return tuple(column for column in self.columns if not column.is_ignored)


def _plain(header: str) -> str:
    """A header without blanks around it, in small letters."""
    return header.strip().casefold()


@dataclass(frozen=True)
class FileName:
    """The parts of a file's name: kind, force and month.

    `month` is the first day of the month that the file covers; None if the manifest of
    the delivery states the period.
    """

    kind: str
    force: str
    month: date | None = None


@dataclass(frozen=True)
class Source:
    """An inbound source: its name, its kinds of file, and how to read a file's name.

    `read_name` returns the `FileName` of a path in the delivery, or None if the file is
    not of this source. `known_forces` returns the forces that a file may name.

    If it `sets_files_aside`, a file that cannot be used is set aside with its reason
    and the other files of the delivery land; else one such file rejects the delivery.
    `passed_over` names the forces whose files the publisher has and Rasure cannot use.

    If file and column names differ between forces, `of_force` returns the contract in
    the words of a force; a delivery must then have a manifest that names the force and
    lists all files.

    Both hooks are called with the connection and the load id. `before_commit` is called
    when all rows are copied: it applies the delivery to rows of earlier ones, for
    instance deletions. `after_commit` only makes later reads faster; its failure is not
    a failure of the landing.

    If a delivery is withdrawn, `withdrawal_obstacles` returns what would be lost by it,
    as parts of a sentence, and `before_withdrawal` undoes what it did to more than its
    own rows; both are called with the connection and the load id, before its rows go.

    What `rasure retention` removes is said by queries, which read `%(landed_before)s`:

    - `superseded_files`: files (`file_id`) that a delivery of everything supersedes,
      which landed before that instant (`superseded_by`, its load);
    - `superseded_rows`, by raw table: the rows (`place`, `file_id`) of such files that
      no model needs; the files are in the temporary table `superseded_files`;
    - `settled_rows`, by quarantine table: the rows (`place`) that landed before that
      instant and whose text no model needs. Of a table that is not named, all.

    `lock` is the name of the advisory lock that a landing holds while it changes rows
    of earlier deliveries.
    """

    name: str
    kinds: dict[str, FileKind]
    read_name: Callable[[str], FileName | None]
    known_forces: Callable[[], set[str]]
    layout: str
    sets_files_aside: bool = False
    passed_over: dict[str, str] = field(default_factory=dict)
    of_force: Callable[[str], Source] | None = None
    before_commit: Callable[[psycopg.Connection, int], None] | None = None
    after_commit: Callable[[psycopg.Connection, int], None] | None = None
    withdrawal_obstacles: Callable[[psycopg.Connection, int], list[str]] | None = None
    before_withdrawal: Callable[[psycopg.Connection, int], None] | None = None
    superseded_files: str | None = None
    superseded_rows: dict[str, str] = field(default_factory=dict)
    settled_rows: dict[str, str] = field(default_factory=dict)
    lock: str | None = None
