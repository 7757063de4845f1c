"""The true habitual knife carriers and persistent offenders, by rule."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from rasure.instruments.simulate.carriers import window_start
from rasure.instruments.simulate.clock import DAY, NONE
from rasure.instruments.simulate.facts_tables import offences
from rasure.instruments.simulate.identifiers import record_ids
from rasure.instruments.simulate.suspects import POSITIVE, PROCESSED

APART = DAY
POSSESSION = ("10C", "10D", "10A", "10B", "81")


def knife_events(world, searches) -> list[tuple[int, int, str]]:
    """(true person, instant, event id) of every qualifying event.

    An event is an occurrence, by its id, or a search that led to none, by its own. Its
    instant is that from which it is recorded to have happened.
    """
    suspects, crimes, mapping = world.suspects, world.crimes, world.mapping
    at = np.where(
        crimes.times.occurred_from == NONE,
        crimes.times.reported,
        crimes.times.occurred_from,
    )
    alive = world.fates.cancelled_at[suspects.occurrence] == NONE
    rows = np.flatnonzero(
        np.isin(suspects.status, PROCESSED)
        & crimes.has_knife[suspects.occurrence]
        & alive
    )
    occurrence = suspects.occurrence[rows]
    held = np.flatnonzero(searches.is_knife & (searches.person >= 0))
    led = searches.occurrence[held]
    cancelled = (led >= 0) & (world.fates.cancelled_at[led] != NONE)
    held, led = held[~cancelled], led[~cancelled]
    serials = searches.table["stop_search_id"][held]
    own = record_ids("stop_searches", serials, mapping).to_pylist()
    of = record_ids("occurrences", np.append(world.ids, -1)[led], mapping).to_pylist()
    names = record_ids("occurrences", world.ids[occurrence], mapping).to_pylist()
    events = list(
        zip(
            world.uid[suspects.person[rows]].tolist(),
            at[occurrence].tolist(),
            names,
            strict=True,
        )
    )
    events += zip(
        world.uid[searches.person[held]].tolist(),
        np.where(led >= 0, np.append(at, 0)[led], searches.at[held]).tolist(),
        [of_ or own_ for of_, own_ in zip(of, own, strict=True)],
        strict=True,
    )
    return events


def carriers(world, searches) -> dict:
    """The habitual knife carriers on the day of the extract, by true person.

    `searches` are those of the world.
    """
    end = world.plan.end
    since = window_start(end)
    by_person: dict[int, dict[str, int]] = defaultdict(dict)
    for person, at, event in knife_events(world, searches):
        if since <= at < end:
            by_person[person][event] = at
    rows = []
    planted = set(world.uid[world.planted.carriers].tolist())
    first = int(world.uid[0])
    for person, own in sorted(by_person.items()):
        apart = _apart(sorted(own.values()))
        if apart < 2:
            continue
        born = int(world.people.born[person - first])
        age = (end // DAY - born) / 365.25
        rows.append(
            (person, sorted(own, key=own.get), apart, age < 18, person in planted)
        )
    columns = list(zip(*rows, strict=True)) or [[]] * 5
    return {
        "true_person": pa.array(columns[0], pa.int64()),
        "event_ids": pa.array(columns[1], pa.list_(pa.string())),
        "events_apart": pa.array(columns[2], pa.int64()),
        "is_under_18": pa.array(columns[3], pa.bool_()),
        "is_planted": pa.array(columns[4], pa.bool_()),
        "as_of": pa.array([world.plan.as_at.date()] * len(rows), pa.date32()),
    }


def _apart(instants: list[int]) -> int:
    """How many of some instants, in order, are a day or more from the one before."""
    count, last = 0, None
    for at in instants:
        if last is None or at - last >= APART:
            count, last = count + 1, at
    return count


def persistent_offenders(world) -> dict:
    """The people charged, cautioned or resolved for five crimes or more.

    Their windows are counted, and so is possession that the police detected.
    """
    suspects, crimes = world.suspects, world.crimes
    rows = np.flatnonzero(np.isin(suspects.status, POSITIVE))
    person, occurrence = suspects.person[rows], suspects.occurrence[rows]
    count = np.bincount(person, minlength=len(world.people))
    windows = np.zeros(len(world.people), np.int64)
    pairs = np.unique(person * 64 + crimes.window[occurrence])
    np.add.at(windows, pairs // 64, 1)
    possession = np.isin(crimes.offence[occurrence], offences().index(*POSSESSION))
    carried = np.bincount(person[possession], minlength=len(world.people))
    chosen = np.flatnonzero(count >= 5)
    return {
        "true_person": world.uid[chosen],
        "crimes": count[chosen],
        "weapon_possessions": carried[chosen],
        "windows": windows[chosen],
    }
