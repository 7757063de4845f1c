"""The table of occurrences, and the recorded place of each."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rasure.instruments.simulate import words
from rasure.instruments.simulate.clock import DAY, to_local
from rasure.instruments.simulate.facts_tables import offences
from rasure.instruments.simulate.formatting import fixed
from rasure.instruments.simulate.hours import CLOCK
from rasure.instruments.simulate.identifiers import numbered, runs
from rasure.instruments.simulate.render import Roles
from rasure.instruments.simulate.staff import Staff
from rasure.instruments.simulate.world import World
from rasure.sources.niche_rms.mapping import Mapping

GAP = 3  # of an occurrence number to the next
BEATS_OF_AREA = 6
DOMAINS = ("General", "Restricted", "Protected")
FORCES = ("Hampshire Constabulary", "Metropolitan Police", "British Transport Police")
PLACE_ROLES = (("occurrence location",), ("dispatch address",))
PLACE_ROLES += (("occurrence location", "dispatch address"),)


def serial_in_year(reported: np.ndarray, last: dict[int, int]):
    """(years, serials) of occurrence numbers, rising from the last of each year.

    `last` is brought up to date.
    """
    days = (to_local(reported, CLOCK) // DAY).astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    serials = np.zeros(len(years), np.int64)
    for year in np.unique(years):
        own = np.flatnonzero(years == year)
        own = own[np.argsort(reported[own], kind="stable")]
        first = last.get(int(year), 0) + 1
        serials[own] = first + np.arange(len(own)) * GAP
        last[int(year)] = int(serials[own].max())
    return years, serials


def numbers(mapping: Mapping, years: np.ndarray, serials: np.ndarray) -> pa.Array:
    """Occurrence numbers by the force's pattern."""
    text = numbered(mapping.identifiers["occurrence_number"], years, serials)
    return fixed(text, np.ones(len(years), bool))


def incident_numbers(
    mapping: Mapping, reported: np.ndarray, is_known
) -> pa.Array | None:
    """Command-and-control numbers: the day's serial and the day, by the pattern."""
    pattern = mapping.identifiers.get("incident_number")
    if pattern is None:
        return None
    day = to_local(reported, CLOCK) // DAY
    order = np.argsort(day, kind="stable")
    first = np.searchsorted(day[order], day[order])
    serial = np.empty(len(day), np.int64)
    serial[order] = np.arange(len(day)) - first + 1
    if sum(isinstance(part, int) for part in runs(pattern)) < 4:
        days, which = np.unique(day, return_inverse=True)
        dates = [date(1970, 1, 1) + timedelta(days=int(number)) for number in days]
        dated = np.array([int(f"{d:%Y%m%d}") for d in dates], np.int64)[which]
        return fixed(numbered(pattern, dated // 10_000, serial, dated), is_known)
    separators = [part for part in runs(pattern) if isinstance(part, str)]
    kinds, which = np.unique(day, return_inverse=True)
    dates = [date(1970, 1, 1) + timedelta(days=int(number)) for number in kinds]
    one, two, three = separators[:3]
    texts = [f"{one}{d.day}{two}{d.month}{three}{d:%y}" for d in dates]
    dated = pa.array(texts).take(pa.array(which))
    numbers = pa.array(serial % 10_000, mask=~is_known).cast(pa.string())
    return pc.binary_join_element_wise(numbers, dated, "")


def table(world: World, last: dict[int, int], staff: Staff) -> dict:
    """The table of occurrences; `last` (the last number of each year) is updated."""
    plan, crimes, mapping = world.plan, world.crimes, world.mapping
    fates, area = world.fates, world.ground.area[world.crimes.cell]
    rng = plan.rng("occurrences")
    times = crimes.times
    years, serials = serial_in_year(times.reported, last)
    officer = staff.officers(rng, area)
    kinds = tuple(dict.fromkeys(offences().subgroups))
    kind_of = np.array([kinds.index(name) for name in offences().subgroups])
    kind = np.where(crimes.is_crime, kind_of[np.maximum(crimes.offence, 0)], len(kinds))
    moved = rng.random(len(crimes)) < 0.004
    domain = np.searchsorted([0.99, 0.998], rng.random(len(crimes)))
    return {
        "occurrence_id": world.ids,
        "occurrence_number": numbers(mapping, years, serials),
        "occurrence_type": words.chosen((*kinds, "Non-crime occurrence"), kind),
        "incident_number": incident_numbers(
            mapping, times.reported, rng.random(len(crimes)) < 0.85
        ),
        "summary": words.summaries(crimes.offence, crimes.location_type),
        "mo_text": words.accounts(rng, fates.account, crimes.location_type),
        "reported_at": times.reported,
        "recorded_at": times.recorded,
        "occurred_from": times.occurred_from,
        "occurred_to": times.occurred_to,
        "is_crime": crimes.is_crime.astype(np.int8),
        "cancelled_at": fates.cancelled_at,
        "transferred_to": words.chosen(
            FORCES,
            np.where(moved & fates.may_move, rng.integers(0, 3, len(crimes)), -1),
        ),
        "location_type": crimes.location_type,
        "officer_id": officer + 1,
        "unit_id": staff.unit[officer] + 1,
        "beat": words.chosen(
            tuple(
                f"{name} {number}"
                for name in world.ground.areas
                for number in range(1, BEATS_OF_AREA + 1)
            ),
            area * BEATS_OF_AREA + crimes.cell % BEATS_OF_AREA,
        ),
        "access_domain": words.chosen(DOMAINS, domain),
        "modified_at": fates.modified_at,
    }


def places_table(world: World, first: int) -> dict:
    """The link of each occurrence to an address, or the point entered instead."""
    rng = world.plan.rng("occurrence places")
    ids, keys, geocodes = world.ids, world.keys, world.geocodes
    count = len(ids)
    linked = geocodes.fault < 0
    more = np.flatnonzero(linked & (rng.random(count) < 0.08))
    rows = np.concatenate([np.arange(count), more])
    is_main = np.arange(len(rows)) < count
    other = keys[rng.integers(0, count, len(rows))] if count else keys
    key = np.where(is_main, np.where(linked, keys, -1)[rows], other)
    role = np.where(is_main, np.where(rng.random(len(rows)) < 0.3, 2, 0), 1)
    entered = is_main & ~linked[rows]
    return {
        "occurrence_address_id": first + np.arange(len(rows)),
        "occurrence_id": ids[rows],
        "address_id": world.addresses.serials(key),
        "roles": Roles(PLACE_ROLES, role),
        "is_area_source": is_main.astype(np.int8),
        "entered_x": np.where(entered, geocodes.x[rows], np.nan),
        "entered_y": np.where(entered, geocodes.y[rows], np.nan),
        "entered_address": words.chosen(
            words.streets(),
            np.where(entered, rng.integers(0, len(words.streets()), len(rows)), -1),
        ),
        "modified_at": world.crimes.times.recorded[rows],
    }
