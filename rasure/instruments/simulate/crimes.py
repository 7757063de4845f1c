"""Draw every classification of every occurrence, with its cell, time and attributes.

Whole columns are drawn at a time. Each first classification makes an occurrence; a few
occurrences have a second. Occurrences that are no crime follow the crimes, with the
offence -1. All are then sorted by the time of report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate import hours
from rasure.instruments.simulate.clock import DAY
from rasure.instruments.simulate.facts_tables import (
    SCOPES,
    Offences,
    is_grievous,
    offences,
)
from rasure.instruments.simulate.ground import Ground
from rasure.instruments.simulate.plan import NON_CRIME_SHARE, Plan
from rasure.instruments.simulate.times import Times, record
from rasure.sources.niche_rms.terms import TERMS

SECOND_SHARE = 0.03  # of classifications are the second of their occurrence
# Share of serious violence in public that follows another in its cell.
NEAR_REPEATS = 0.10
REPEAT_AFTER = 7 * DAY  # or twice as long
AT_INSTITUTION = 0.05  # of violence is recorded at an institution
PLACES = {term: number for number, term in enumerate(TERMS["location_types"])}
WEAPONS = {term: number for number, term in enumerate(TERMS["weapons"])}
POLICE, PUBLIC = TERMS["detection_modes"].index("police"), 0
_STREETS = (("street", 0.58), ("park", 0.08), ("car park", 0.07), ("transport", 0.05))
_STREETS += (
    ("licensed premises", 0.12),
    ("other public place", 0.07),
    ("school", 0.03),
)
_OTHERS = (("firearm", 0.06), ("corrosive", 0.02), ("blunt instrument", 0.4))
_OTHERS += (("other weapon", 0.52),)


@dataclass(frozen=True)
class Crimes:
    """Occurrences in the order of their reporting; arrays are by occurrence.

    `offence` is an index of the offence mix (-1: no crime), `window` of the plan's
    windows, `cell` of the ground's cells (the true one), `institution` of the ground's
    institutions (-1: none), and `weapon` of the terms (-1: none). `scope` is True for
    serious violence in public. `subclass_draw`, from 0 to 1, decides the subclass of
    the first classification. `second` has the (occurrence, offence) of each second one.
    """

    offence: np.ndarray
    window: np.ndarray
    cell: np.ndarray
    kind: np.ndarray
    institution: np.ndarray
    location_type: np.ndarray
    weapon: np.ndarray
    is_domestic: np.ndarray
    detection: np.ndarray
    subclass_draw: np.ndarray
    scope: np.ndarray
    times: Times
    second: np.ndarray

    def __len__(self) -> int:
        return len(self.offence)

    @property
    def is_crime(self) -> np.ndarray:
        """True for each occurrence that holds a crime."""
        return self.offence >= 0

    @property
    def has_knife(self) -> np.ndarray:
        """True for each occurrence with a knife."""
        return self.weapon == WEAPONS["knife"]


def happen(plan: Plan, ground: Ground) -> Crimes:
    """Draw every occurrence of a plan."""
    mix, rng = offences(), plan.rng("crimes")
    counts = plan.counts()
    offence = np.repeat(np.tile(np.arange(len(mix.codes)), len(counts)), counts.ravel())
    window = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    is_second = rng.random(len(offence)) < (0 if plan.only else SECOND_SHARE)
    second_offence = offence[is_second]
    offence, window = offence[~is_second], window[~is_second]
    others = 0 if plan.only else round(len(offence) * NON_CRIME_SHARE)
    offence = np.concatenate([offence, np.full(others, -1)])
    window = np.concatenate([window, rng.integers(0, len(counts), others)])
    sure = plan.only is not None
    subclass_draw = plan.rng("subclasses").random(len(offence))
    institutions = len(ground.institutions.names)
    marks = _marks(rng, mix, offence, institutions, sure, subclass_draw)
    cell = _cells(rng, plan, ground, window, marks["kind"])
    at = marks["institution"] >= 0
    chosen = rng.choice(
        max(1, len(ground.institutions.names)),
        at.sum(),
        p=ground.institutions.share if at.any() else None,
    )
    marks["institution"][at] = chosen
    cell[at] = ground.institutions.cell[chosen]
    kinds = np.array([PLACES[k.replace("_", " ")] for k in ground.institutions.kinds])
    marks["location_type"][at] = kinds[chosen] if at.any() else 0
    instants = _instants(rng, plan, mix, offence, window, marks, ground.hours[cell])
    _repeat_nearby(plan, window, marks["scope"], cell, instants)
    times = _recorded(rng, plan, mix, offence, instants)
    order = np.argsort(times.reported, kind="stable")
    order = order[times.reported[order] < plan.end]
    marks = {name: column[order] for name, column in marks.items()}
    second = rng.integers(0, max(1, len(order)), len(second_offence))
    second = np.unique(second, return_index=True)
    pairs = np.stack([second[0], second_offence[second[1]]], axis=1)
    pairs = pairs[offence[order][pairs[:, 0]] >= 0] if len(order) else pairs[:0]
    return Crimes(
        offence[order],
        window[order],
        cell[order],
        times=times[order],
        second=pairs,
        **marks,
    )


def _marks(
    rng, mix: Offences, offence, institutions: int, sure: bool, subclass_draw
) -> dict:
    """The attributes of each occurrence: place, weapon, domestic abuse, detection.

    If `sure`, every crime is in public and with a knife (a single requested crime).
    """
    count, crime = len(offence), offence >= 0
    code = np.where(crime, offence, 0)
    public = rng.random(count) < np.where(crime, mix.trait["public_share"][code], 0.5)
    public |= sure
    retail = ~public & crime & (mix.trait["is_retail"][code] > 0)
    kind = np.where(public, 0, np.where(retail, 2, 1)).astype(np.int8)
    scope = mix.scope[code] * crime
    here = (
        (scope > 0)
        & (rng.random(count) < AT_INSTITUTION)
        & (institutions > 0)
        & (not sure)
    )
    dwelling = rng.random(count) < 0.88
    place = np.where(dwelling, PLACES["dwelling"], PLACES["workplace"])
    place[retail] = PLACES["shop"]
    place[public] = _chosen(rng, _STREETS, PLACES, public.sum())
    armed = crime & (
        rng.random(count) < mix.trait["weapon"][code] * (1 + 0.25 * public)
    )
    knife = armed & (rng.random(count) < mix.trait["knife"][code])
    armed, knife = armed | sure, knife | sure
    weapon = np.full(count, -1, np.int8)
    weapon[armed] = _chosen(rng, _OTHERS, WEAPONS, armed.sum())
    weapon[knife] = WEAPONS["knife"]
    home = np.where(kind == 1, 1.35, 0.12)
    domestic = crime & (rng.random(count) < mix.trait["domestic"][code] * home) & ~here
    domestic &= not sure
    police = rng.random(count) < np.where(crime, mix.trait["police"][code], 0.3)
    police &= not sure
    detection = np.where(police, POLICE, PUBLIC).astype(np.int8)
    detection[~police & (rng.random(count) < 0.03)] = 1  # a partner reported it
    is_serious = (weapon >= 0) | is_grievous(code, subclass_draw) & crime
    in_scope = (scope == SCOPES.index("always")) | (
        (scope == SCOPES.index("weapon")) & is_serious
    )
    return {
        "kind": kind,
        "institution": np.where(here, 0, -1).astype(np.int16),
        "location_type": place.astype(np.int8),
        "weapon": weapon,
        "is_domestic": domestic,
        "detection": detection,
        "subclass_draw": subclass_draw,
        "scope": in_scope & public & ~domestic & ~here & ~police,
    }


def _chosen(rng, weighted, numbers: dict, count: int) -> np.ndarray:
    """Draw `count` terms by their weights, as numbers."""
    edges = np.cumsum([weight for _, weight in weighted])
    index = np.searchsorted(edges / edges[-1], rng.random(count), side="right")
    return np.array([numbers[name] for name, _ in weighted])[index]


def _cells(rng, plan: Plan, ground: Ground, window, kind) -> np.ndarray:
    """A cell for each event by the rates of its window and kind of crime."""
    cell = np.zeros(len(window), np.int64)
    for number, rates in enumerate(ground.rates.values()):
        for year in range(len(plan.windows)):
            events = np.flatnonzero((kind == number) & (window == year))
            total = np.cumsum(rates[-1 if plan.step else year])
            cell[events] = np.searchsorted(total, rng.random(len(events)) * total[-1])
    return cell


def _instants(rng, plan, mix, offence, window, marks, place) -> np.ndarray:
    """The true instant of each event (seconds, UTC)."""
    crime = offence >= 0
    code = np.where(crime, offence, 0)
    own = np.array([hours.PROFILES.index(name) for name in mix.hours])
    profile = np.where(crime, own[code], hours.PROFILES.index("home"))
    at_place = np.where(marks["kind"] == 0, place, 0)
    return hours.draw(rng, hours.profile_of(profile, at_place), window, plan.windows)


def _repeat_nearby(plan: Plan, window, scope, cell, instants) -> None:
    """Move some serious violence to where other such violence was a week or two before.

    It keeps the hour of the week, and a cell keeps the crimes that it is due.
    """
    if plan.step:
        return
    rng = plan.rng("near repeats")
    events = np.flatnonzero(scope)
    is_repeat = rng.random(len(events)) < NEAR_REPEATS
    for number, (_, end) in enumerate(plan.windows):
        in_window = window[events] == number
        repeats, firsts = events[in_window & is_repeat], events[in_window & ~is_repeat]
        if not len(firsts):
            continue
        of = firsts[rng.integers(0, len(firsts), len(repeats))]
        at = instants[of] + REPEAT_AFTER * rng.integers(1, 3, len(repeats))
        fits = at < end
        cell[repeats[fits]] = cell[of[fits]]
        instants[repeats[fits]] = at[fits]


def _recorded(rng, plan, mix, offence, instants) -> Times:
    """The true, the recorded and the reported time of each event."""
    crime = offence >= 0
    code = np.where(crime, offence, 0)
    exact = np.where(crime, mix.trait["exact_share"][code], 0.6)
    late = np.where(crime, mix.trait["late"][code], 0.02)
    return record(rng, instants, exact, late, plan)
