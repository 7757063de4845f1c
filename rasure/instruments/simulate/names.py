"""Names: the lists of the Faker library, by origin, with their nicknames and spellings.

A name is a number into one vocabulary, so that half a million people cost two arrays;
what a clerk makes of a name (a slip, a nickname, another spelling) joins the
vocabulary.
"""

from __future__ import annotations

import importlib
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np

from rasure.instruments.simulate.facts_tables import table

ORIGINS = (  # Faker's list, share of the people, ethnicity as the term tables have it
    ("en_GB", 0.70, "white"),
    ("en_PK", 0.08, "asian"),
    ("en_IN", 0.07, "asian"),
    ("ro_RO", 0.05, "white"),
    ("yo_NG", 0.04, "black"),
    ("en_KE", 0.03, "black"),
    ("pt_PT", 0.03, "white"),
)
_MORE_SURNAMES = {"en_GB": ("en_NZ", "en_IE"), "ro_RO": ("lt_LT",)}
_FOLDED = str.maketrans("łŁđĐșȘțȚăĂ", "lLdDsStTaA")


@dataclass(frozen=True)
class Names:
    """The vocabulary and, by origin, the numbers of its names and their weights.

    `lists[origin]` is (female, male, surnames), each (numbers, cumulative weights).
    """

    words: tuple[str, ...]
    lists: tuple[tuple[tuple[np.ndarray, np.ndarray], ...], ...]


@cache
def names() -> Names:
    """The vocabulary of this version of Faker."""
    numbers: dict[str, int] = {}
    lists = []
    for locale, _, _ in ORIGINS:
        given = [_listed(locale, sex) for sex in ("female", "male")]
        family = _listed(locale, "last")
        for other in _MORE_SURNAMES.get(locale, ()):
            family = list(dict.fromkeys(family + _listed(other, "last")))
        lists.append(tuple(_numbered(words, numbers) for words in (*given, family)))
    return Names(tuple(numbers), tuple(lists))


@cache
def variants() -> dict[str, dict[str, tuple[str, ...]]]:
    """By kind (`nickname`, `transliteration`), each name's other forms."""
    forms: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in table("name_variants"):
        forms.setdefault(row["kind"], {})[row["name"]] = tuple(
            row["variants"].split(";")
        )
    return forms


def slip(word: str, rng) -> str:
    """A name with one typing error: a letter left out, doubled, swapped or wrong."""
    if len(word) < 3:
        return word + word[-1]
    at = int(rng.integers(1, len(word) - 1))
    kind = int(rng.integers(0, 4))
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + "aeiounrst"[int(rng.integers(0, 9))] + word[at + 1 :]


def _listed(locale: str, which: str) -> list[str]:
    """Faker's names of a locale, in characters of the Windows code page."""
    module = importlib.import_module(f"faker.providers.person.{locale}")
    provider = module.Provider
    keys = (
        ("last_names",) if which == "last" else (f"first_names_{which}", "first_names")
    )
    words = next(getattr(provider, key) for key in keys if getattr(provider, key, None))
    return list(dict.fromkeys(filter(None, (_written(word) for word in words))))


def _written(word: str) -> str:
    word = word.translate(_FOLDED)
    try:
        word.encode("cp1252")
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore")
        return plain.decode().strip()
    return word.strip()


def _numbered(words: list[str], numbers: dict) -> tuple[np.ndarray, np.ndarray]:
    own = np.array([numbers.setdefault(word, len(numbers)) for word in words])
    weights = np.cumsum(1.0 / (np.arange(len(words)) + 6) ** 0.55)
    return own, weights / weights[-1]
