"""Canonical columns to a force's CSV: whole blocks at a time, through its mapping.

A table is a dict of columns named as in `rasure.sources.niche_rms.entities`, and the
form of a field says what its column holds:

- id: int64 serials of the record pointed at, -1 for none; rendered with the entity's
  number and zeros;
- instant: int64 seconds since 1970 (UTC); day: int64 days; `clock.NONE` for none;
- flag: int8, 1, 0 or -1; whole: int64; metres: float64, NaN for none;
- code: integers into `TERMS[field.terms]`, -1 for none; codes: a `Roles`;
- text: an Arrow string array, or a dictionary-encoded one.

A column that is an Arrow array is text whatever its form; one that is left out is
empty.

Rows are joined by Arrow, so that the buffer of the result is the text of the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rasure.instruments.simulate.formatting import fixed, instants_text
from rasure.instruments.simulate.identifiers import id_prefix, padded
from rasure.sources.niche_rms.entities import ENTITIES, Field
from rasure.sources.niche_rms.mapping import Mapping
from rasure.sources.niche_rms.terms import TERMS

POINTS_AT = {
    "surviving_person_id": "persons",
    "merged_person_id": "persons",
    "address_id": "addresses",
    **{entity.key: name for name, entity in ENTITIES.items()},
}
SPECIAL = '[",\r\n]'


@dataclass(frozen=True)
class Roles:
    """A column of several codes in one string: `index` into `combinations` of terms."""

    combinations: tuple[tuple[str, ...], ...]
    index: np.ndarray

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, rows) -> Roles:
        return Roles(self.combinations, self.index[rows])


def header(entity: str, mapping: Mapping) -> bytes:
    """The header line of a force's file."""
    return (",".join(mapping.entities[entity].columns.values()) + "\r\n").encode()


def block(entity: str, table: dict, rows: slice, mapping: Mapping) -> bytes:
    """The lines of some rows of a table, in the force's encoding."""
    fields = {field.name: field for field in ENTITIES[entity].fields}
    columns = [
        _text(fields[name], table.get(name), rows, mapping)
        for name in mapping.entities[entity].columns
    ]
    end = pa.scalar("\r\n")
    if len(columns) == 1:
        lines = pc.binary_join_element_wise(columns[0], end, "")
    else:
        columns[-1] = pc.binary_join_element_wise(
            columns[-1], end, "", null_handling="replace", null_replacement=""
        )
        lines = pc.binary_join_element_wise(
            *columns, ",", null_handling="replace", null_replacement=""
        )
    text = _bytes(lines)
    if mapping.format.encoding in ("utf-8", "utf8") or text.isascii():
        return text
    return text.decode("utf-8").encode(mapping.format.encoding, errors="replace")


def _bytes(lines: pa.Array) -> bytes:
    """The text of a string array without the array: its values, one after another."""
    _, offsets, data = lines.buffers()
    starts = np.frombuffer(offsets, np.int32)
    first, last = starts[lines.offset], starts[lines.offset + len(lines)]
    return data.slice(first, last - first).to_pybytes()


def _text(field: Field, column, rows: slice, mapping: Mapping) -> pa.Array:
    """Some rows of a column as the force writes them, quoted where necessary."""
    if column is None:
        return pa.nulls(rows.stop - rows.start, pa.string())
    form, column = field.form, column[rows]
    if isinstance(column, pa.Array):
        return _free(column)
    if form == "id":
        prefix, width = id_prefix(POINTS_AT[field.name], mapping)
        return fixed(padded(column, width), column >= 0, prefix)
    if form == "instant":
        return instants_text(column, mapping.format.instant, mapping.format.clock)
    if form in ("day", "birth"):
        return instants_text(column, mapping.format.day, None)
    if form == "flag":
        words = pa.array([mapping.format.no, mapping.format.yes])
        return words.take(pa.array(column, mask=column < 0))
    if form == "whole":
        return pa.array(column, mask=column < 0).cast(pa.string())
    if form == "metres":
        has_value = ~np.isnan(column)
        scaled = np.rint(
            np.where(has_value, column, 0) * mapping.format.coordinate_scale
        ).astype(np.int64)
        return pa.array(scaled, mask=~has_value).cast(pa.string())
    if form == "code":
        return _codes(field.terms, column, rows.start, mapping)
    return _several(field.terms, column, mapping)


def _codes(terms: str, column: np.ndarray, first: int, mapping: Mapping) -> pa.Array:
    """The codes of terms; every tenth row has the second code of a term with two, so
    that both occur."""
    usual, second = [], []
    for term in TERMS[terms]:
        own = [c for c, known in mapping.terms.get(terms, {}).items() if known == term]
        usual.append(own[0] if own else None)
        second.append(own[-1] if own else None)
    words = pa.array(usual + second, pa.string())
    tenth = (np.arange(first, first + len(column)) % 10 == 9) * len(usual)
    return words.take(pa.array(column + tenth, pa.int64(), mask=column < 0))


def _several(terms: str, column: Roles, mapping: Mapping) -> pa.Array:
    """Several codes in one string, the separator around and between them."""
    separator = mapping.format.separator
    codes: dict[str, str] = {}
    for code, term in mapping.terms[terms].items():
        codes.setdefault(term, code)
    words = [
        separator
        + separator.join(codes[term] for term in terms_of if term in codes)
        + separator
        for terms_of in column.combinations
    ]
    return _quoted(pa.array(words, pa.string())).take(pa.array(column.index))


def _free(column) -> pa.Array:
    """Free text; a dictionary's words are quoted once."""
    if pa.types.is_dictionary(column.type):
        return _quoted(column.dictionary).take(column.indices)
    return _quoted(column)


def _quoted(words: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(words, SPECIAL)
    if not pc.any(special).as_py():
        return words
    doubled = pc.replace_substring(words, '"', '""')
    quoted = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.if_else(pc.fill_null(special, False), quoted, words)
