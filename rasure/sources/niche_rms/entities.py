"""The entities that Rasure reads from a records-management system, and their columns.

Forces name the same thing differently (one system, many builds), so these names are
ours. A force's own file and column names, codes, scales and formats are in its mapping
under `config/niche_rms/`, and nowhere else. Every entity has one id as its key and
`modified_at`. A full extract has all its rows, a delta the rows that changed. Deleted
records come as rows of `deletions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rasure.sources.niche_rms.columns import COLUMNS

# id: digits, up to 25, never a number; text: as written; code: one of a choice list,
# mapped to a term; codes: several codes in one string; instant: date and time;
# day: a date; birth: a date of which the day, or day and month, may be missing;
# flag: yes or no; whole: an integer; metres: a scaled grid coordinate.
Form = Literal[
    "id", "text", "code", "codes", "instant", "day", "birth", "flag", "whole", "metres"
]
DATES = ("instant", "day", "birth")


@dataclass(frozen=True)
class Field:
    """A column of an entity: its name, and the form of its values.

    `terms` names the mapping's table of codes for a `code` or `codes` field. `bounds`
    names the row of the seed `date_bounds` for a date; `start` is the column of the
    start of an end. If it `may_be_absent`, an extract without the column lands all the
    same.
    """

    name: str
    form: Form
    is_required: bool = False
    terms: str | None = None
    may_be_absent: bool = False
    bounds: str | None = None
    start: str | None = None

    @property
    def is_indispensable(self) -> bool:
        """True if a row whose value is missing or cannot be typed is no record.

        A required date with bounds is not: the record stands without it, as it does
        when the date is out of its bounds.
        """
        return self.is_required and self.bounds is None


@dataclass(frozen=True)
class Entity:
    """One table of the extract: its name and fields; the first field is its key."""

    name: str
    fields: tuple[Field, ...]

    @property
    def key(self) -> str:
        """The name of the column that identifies a record."""
        return self.fields[0].name


def _entity(name: str, key: str, *fields: str) -> Entity:
    """Build an entity from its key and columns as `columns.py` writes them."""
    built = [Field(key, "id", is_required=True)]
    for word in fields:
        field, form, *more = word.rstrip("!?").split(":")
        is_date = form in DATES
        built.append(
            Field(
                field,
                form,
                is_required=word.endswith("!"),
                terms=more[0] if more and not is_date else None,
                may_be_absent=word.endswith("?"),
                bounds=more[0] if is_date else None,
                start=more[1] if len(more) > 1 else None,
            )
        )
    built.append(Field("modified_at", "instant", is_required=True))
    return Entity(name, tuple(built))


CHOICES = Entity(
    "choices",
    (
        Field("choice_list", "text", True),
        Field("database_value", "text", True),
        Field("gui_value", "text", True),
    ),
)
DELETIONS = Entity(
    "deletions",
    (
        Field("record_id", "id", True),
        Field("entity", "text", True),
        Field("deleted_at", "instant", True),
    ),
)

ENTITIES: dict[str, Entity] = {
    **{name: _entity(name, *words) for name, words in COLUMNS.items()},
    CHOICES.name: CHOICES,
    DELETIONS.name: DELETIONS,
}
