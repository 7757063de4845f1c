"""Names for the hard set, and how a record gets a name wrong."""

from __future__ import annotations

import random
import re
from importlib import import_module

from rasure.linkage.names import formal_names, plain

LOCALES = {
    "british": "en_GB",
    "south asian": "en_IN",
    "polish": "pl_PL",
    "romanian": "ro_RO",
}
# Pairs of spellings of one sound, of which either may replace the other.
SPELLINGS = (
    ("kh", "k"),
    ("ee", "i"),
    ("oo", "u"),
    ("ou", "u"),
    ("sh", "s"),
    ("sz", "sh"),
    ("cz", "ch"),
    ("ck", "k"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("aa", "a"),
    ("ai", "ei"),
    ("ll", "l"),
    ("nn", "n"),
    ("tt", "t"),
    ("mm", "m"),
    ("ss", "s"),
    ("w", "v"),
    ("y", "i"),
    ("c", "k"),
    ("q", "k"),
)


# Spellings that the linker's own rules do not join, by origin: how a clerk writes a
# foreign sound by ear. The project's own list, from general usage of the languages.
BY_EAR = {
    "british": (("ph", "v"), ("g", "j"), ("z", "s"), ("au", "or"), ("ge", "dge")),
    "south asian": (("z", "j"), ("v", "b"), ("j", "z"), ("bh", "v"), ("g", "j")),
    "polish": (("ł", "w"), ("ż", "s"), ("rz", "sh"), ("j", "g"), ("ch", "h")),
    "romanian": (("ț", "ts"), ("ș", "sh"), ("ce", "che"), ("g", "j"), ("z", "s")),
}
# Endings that make a pet name of the first syllable, by origin (general usage). Pet
# names made so are in no table of the linker.
PET_ENDINGS = {
    "british": ("zza", "sy", "ers", "o", "bo"),
    "south asian": ("u", "ji", "oo", "lu"),
    "polish": ("us", "sia", "ek", "cia"),
    "romanian": ("ut", "ica", "el", "uca"),
}
SYLLABLE = re.compile("^[^aeiouy]*[aeiouy]+[^aeiouy]")
# Names that many people of one community share, so that several of a hostel have them.
COMMON_FORENAMES = ("Mohammed", "Ahmed", "Ali", "Abdul", "Hassan", "Omar")
COMMON_SURNAMES = ("Ali", "Hassan", "Ahmed", "Omar", "Mohamed", "Ibrahim", "Osman")


class Names:
    """Draws of names by origin and sex, with the weights of Faker."""

    def __init__(self, chance: random.Random):
        self._chance = chance
        self._lists: dict[tuple[str, str], tuple[list[str], list[float]]] = {}
        for origin, locale in LOCALES.items():
            provider = import_module(f"faker.providers.person.{locale}").Provider
            for sex in ("male", "female"):
                forenames = getattr(provider, f"first_names_{sex}")
                surnames = getattr(
                    provider, f"last_names_{sex}", getattr(provider, "last_names", ())
                )
                self._lists[origin, sex] = _weighted(forenames)
                self._lists[origin, f"surname {sex}"] = _weighted(surnames)
        self._short: dict[str, list[str]] = {}
        for short, formal in formal_names().items():
            for name in formal:
                self._short.setdefault(name, []).append(short)

    def forename(self, origin: str, sex: str) -> str:
        """A forename of that origin."""
        return self._chance.choices(*self._cumulative(origin, sex))[0]

    def surname(self, origin: str, sex: str) -> str:
        """A surname of that origin, sometimes double-barrelled."""
        drawn = self._chance.choices(*self._cumulative(origin, f"surname {sex}"))[0]
        if self._chance.random() < 0.6:
            return drawn
        # Faker's lists are far shorter than a country's, in which half the people have
        # a name of their own. An ending makes such a name.
        return drawn + self._chance.choice(ENDINGS[origin])

    def diminutive(self, forename: str) -> str:
        """One of the short forms of a forename, or the forename if it has none."""
        short_forms = self._short.get(plain(forename))
        return self._chance.choice(short_forms).title() if short_forms else forename

    def pet_name(self, forename: str, origin: str) -> str:
        """A pet name that the linker's table does not hold, or the forename itself."""
        syllable = SYLLABLE.match(plain(forename))
        if syllable is None:
            return forename
        made = syllable[0] + self._chance.choice(PET_ENDINGS[origin])
        return forename if made in formal_names() else made.title()

    def common(self) -> tuple[str, str]:
        """A forename and a surname that many people share."""
        return (
            self._chance.choice(COMMON_FORENAMES),
            self._chance.choice(COMMON_SURNAMES),
        )

    def _cumulative(self, origin: str, kind: str) -> tuple[list[str], list[float]]:
        return self._lists[origin, kind]


ENDINGS = {
    "british": ["s", "son", "ton", "ley", "ham", "well", "field", "worth", "man"],
    "south asian": ["i", "ji", "wala", "kar", "pal", "nath", "dar", "ani"],
    "polish": ["ek", "czyk", "owicz", "inski", "ak", "iak"],
    "romanian": ["escu", "eanu", "oiu", "aru", "ache", "in"],
}


def misspell(chance: random.Random, name: str) -> str:
    """The name with one typing error: a letter left out, doubled, swapped or wrong."""
    if len(name) < 3:
        return name
    at = chance.randrange(1, len(name) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    if kind == 2:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + chance.choice("abcdefghijklmnoprstuvwyz") + name[at + 1 :]


def respell(chance: random.Random, name: str) -> str:
    """The name as somebody else may write it: without accents, or spelt differently."""
    bare = plain(name)
    if bare != name.casefold() and chance.random() < 0.7:
        return bare.title()
    fitting = [
        (one, other)
        for pair in SPELLINGS
        for one, other in (pair, pair[::-1])
        if one in bare[1:]
    ]
    if not fitting:
        return name
    one, other = chance.choice(fitting)
    return (bare[0] + bare[1:].replace(one, other, 1)).title()


def respell_by_ear(chance: random.Random, name: str, origin: str) -> str:
    """The name in a spelling that the linker's own rules do not join with it."""
    low = name.casefold()
    fitting = [pair for pair in BY_EAR[origin] if pair[0] in low[1:]]
    if not fitting:
        return name
    one, other = chance.choice(fitting)
    return (low[0] + low[1:].replace(one, other, 1)).title()


def clip(chance: random.Random, name: str) -> str:
    """The first letters of a name, as a short field or a hurried clerk leaves it."""
    return name[: chance.randint(3, 6)] if len(name) > 4 else name


def _weighted(names) -> tuple[list[str], list[float]]:
    """A list of names with weights; Faker has plain lists and weighted ones."""
    if hasattr(names, "items"):
        return list(names), [float(weight) for weight in names.values()]
    return list(names), [1.0] * len(names)
