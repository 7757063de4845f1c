"""What an inbound source promises: its kinds of file, their columns, their row rules.

A source is data. `rasure.landing` reads any source from its contract, `expectations/`
judges its files by it, and adding a source means adding a module under
`rasure.sources`, never another loader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

MANIFEST = "manifest.json"  # the file in a delivery that says what is in it


@dataclass(frozen=True)
class Column:
    """A column of a file and of its raw table: `header` is the publisher's name, `name`
    the raw table's."""

    header: str
    name: str


@dataclass(frozen=True)
class RowRule:
    """A rule that every row must keep; `violated` is DuckDB SQL, true when it does not.

    `reason` names the column and what was expected. It is stored and shown, so it holds
    no value of the row. `violated` may use the columns and `file_month` (a date).
    """

    reason: str
    violated: str


@dataclass(frozen=True)
class FileKind:
    """One kind of file of a source, and the raw table that takes it.

    `derived` names DuckDB expressions over the columns for the rules to share;
    `measures` are aggregates over the file that its gate is shown. `encodings` are
    tried in turn. Its fields may have line breaks, in quotes (`has_line_breaks`), and
    its columns may come `in_any_order`; one of which a row at fault must not be passed
    over is to be `whole`. Of one that `is_fresh`, some row changes every day.
    """

    name: str
    table: str
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...]
    derived: dict[str, str] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    longest_line: int = 20_000
    encodings: tuple[str, ...] = ("utf-8", "cp1252")
    is_encoding_stated: bool = False  # by the delivery itself, which is then believed
    has_line_breaks: bool = False
    in_any_order: bool = False
    whole: bool = False
    is_fresh: bool = False

    def as_in(self, header: list[str]) -> FileKind:
        """This kind with its columns in the order of a file's header line, where they
        may come in any order and are all there, each once."""
        if not self.in_any_order or sorted(header) != sorted(self.headers):
            return self
        by_header = {column.header: column for column in self.columns}
        return replace(self, columns=tuple(by_header[name] for name in header))

    @property
    def headers(self) -> list[str]:
        """The header line, in the publisher's words and order."""
        return [column.header for column in self.columns]


@dataclass(frozen=True)
class FileName:
    """What a file's name says: kind, force and the month it covers (its first day),
    None where its delivery's manifest says what it covers."""

    kind: str
    force: str
    month: date | None = None


@dataclass(frozen=True)
class Source:
    """An inbound source: its name, its kinds of file, and how to read a file's name.

    `read_name` takes a file's path in the delivery and returns a `FileName`, or None
    when the file is none of this source's; `known_forces` lists the forces it may name.

    Where every force has words of its own, `of_force` gives the contract in a force's
    words; a delivery must then have a manifest that names the force, and states all.
    `settle` is called with the connection and the load id when all rows are copied and
    before they are committed: for what a delivery says of rows that came before it;
    `tidy` after that, and should it fail, nothing is lost but speed.
    """

    name: str
    kinds: dict[str, FileKind]
    read_name: Callable[[str], FileName | None]
    known_forces: Callable[[], set[str]]
    layout: str
    of_force: Callable[[str], Source] | None = None
    settle: Callable[[psycopg.Connection, int], None] | None = None
    tidy: Callable[[psycopg.Connection, int], None] | None = None
