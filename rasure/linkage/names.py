"""Names made comparable: accents, spelling systems, diminutives.

A name reaches the records system by ear and by hand, in one of many spellings of a
foreign alphabet, and often as a diminutive. Each name is brought to a plain `word`, to
the `forms` under which its owner may also be written, and to a `skeleton` that most
romanisations of one name share (Mohammed, Muhammad; Yusuf, Youssef; Müller, Mueller).
`nicknames.csv` is the project's own table, made from general usage of given names in
Great Britain and of the romanisations usual there.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

NOT_DECOMPOSED = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "\u0131": "i",  # dotless
    }
)
APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u02bc]")
NOT_A_LETTER = re.compile(r"[\W\d_]+")
# Digraphs that stand for one sound in some romanisation or other, longest first.
SOUNDS = (
    (re.compile("dzh|dj|zh"), "j"),
    (re.compile("tsch|tch|cz"), "ch"),
    (re.compile("sch|sz"), "sh"),
    (re.compile("ph"), "f"),
    (re.compile("([kgdt])h"), r"\1"),
    (re.compile("ck|q|c(?!h)"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("w"), "v"),
    (re.compile("^[ji]?[yj]"), "y"),
)
# Parts of a name that many unrelated people share.
PARTICLES = frozenset(
    ["abu", "bin", "bint", "dal", "del", "della", "den", "der", "des", "dos", "ibn"]
)
PARTICLES |= {"las", "los", "mac", "san", "ten", "und", "van", "von"}
VOWELS = re.compile("(?<=.)[aeiouyj]")
DOUBLED = re.compile(r"(.)\1+")


class Names(NamedTuple):
    """The names of one person, made comparable; the first of them is the legal one.

    `word` and `skeleton` are of the legal name, None where there is none; `words` and
    `forms` are of all, and `skeletons` those of the forms of forenames, of the words of
    surnames; `rivals` are forenames that are spelt like one of the forms and are
    another name (Hassan, Hussain); each in alphabetical order.
    """

    word: str | None
    skeleton: str | None
    words: tuple[str, ...]
    forms: tuple[str, ...]
    skeletons: tuple[str, ...]
    rivals: tuple[str, ...]


def plain(name: str) -> str:
    """Lower case without accents: compatibility forms decomposed, marks dropped."""
    folded = unicodedata.normalize("NFKD", name).casefold().translate(NOT_DECOMPOSED)
    return "".join(c for c in folded if not unicodedata.combining(c))


@lru_cache(100_000)
def skeleton(word: str) -> str:
    """The consonants of a plain word as most romanisations agree on them.

    A first vowel counts as one sign, doubled signs once, a last h not at all. Kept,
    since most words come again and again; who has made all names comparable clears it.
    """
    for pattern, sound in SOUNDS:
        word = pattern.sub(sound, word)
    bare = VOWELS.sub("", word)
    if bare[:1] in "aeiou":
        bare = "a" + bare[1:]
    bare = DOUBLED.sub(r"\1", bare)
    return bare[:-1] if len(bare) > 2 and bare.endswith("h") else bare


@cache
def formal_names() -> dict[str, tuple[str, ...]]:
    """What each diminutive or variant stands for, from `nicknames.csv`."""
    text = resources.files(__package__).joinpath("nicknames.csv").read_text("utf-8")
    found: dict[str, set[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["name"], set()).add(row["formal"])
    return {name: tuple(sorted(formal)) for name, formal in found.items()}


@cache
def rival_names() -> dict[str, set[str]]:
    """For a forename in its formal form, those that are spelt alike and are another
    name, as twins and brothers have them; from `two_names.csv`, the project's own."""
    text = resources.files(__package__).joinpath("two_names.csv").read_text("utf-8")
    rivals: dict[str, set[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        rivals.setdefault(row["one"], set()).add(row["other"])
        rivals.setdefault(row["other"], set()).add(row["one"])
    return rivals


def comparable(names: Sequence[str], is_forename: bool) -> Names:
    """Make a person's forenames, or surnames, comparable.

    Forms are the names, each part of a compound name, and the formal names that a
    forename may stand for. A name without a letter in it counts as none.
    """
    words, forms = [], set()
    for name in names:
        parts = NOT_A_LETTER.sub(" ", APOSTROPHES.sub("", plain(name))).split()
        if not parts:
            continue
        words.append("".join(parts))
        own = {part for part in parts if len(part) > 2 and part not in PARTICLES}
        forms |= {words[-1], *own}
    if is_forename:
        formal = formal_names()
        forms.update(*(formal.get(form, ()) for form in tuple(forms)))
    rivals = set()
    if is_forename:
        rivals.update(*(rival_names().get(form, ()) for form in forms))
    skeletons = {skeleton(form) for form in (forms if is_forename else words)}
    return Names(
        words[0] if words else None,
        skeleton(words[0]) if words else None,
        *(tuple(sorted(set(found))) for found in (words, forms, skeletons, rivals)),
    )
