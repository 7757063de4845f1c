"""The true habitual knife carriers and persistent offenders, by rule."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rasure.instruments.simulate.carriers import window_start
from rasure.instruments.simulate.clock import DAY, NONE
from rasure.instruments.simulate.facts_tables import offences
from rasure.instruments.simulate.identifiers import record_ids
from rasure.instruments.simulate.suspects import POSITIVE, PROCESSED

APART = DAY
POSSESSION = ("10C", "10D", "10A", "10B", "81")


def knife_events(world, made) -> pa.Table:
    """Every qualifying event of every person, a row for each.

    An event is an occurrence, by its id, or a search that led to none, by its own; `at`
    is when it is recorded to have happened. `person_id` is the record of the person.
    """
    suspects, crimes, searches = world.suspects, world.crimes, made.searches
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
    person = np.concatenate([suspects.person[rows], searches.person[held]])
    record = np.concatenate([made.record[rows], searches.table["person_id"][held]])
    of = np.concatenate([world.ids[occurrence], np.append(world.ids, -1)[led]])
    search = np.full(len(of), -1)
    search[len(rows) :] = searches.table["stop_search_id"][held]
    happened = np.where(led >= 0, np.append(at, 0)[led], searches.at[held])
    occurrence_id = record_ids("occurrences", of, world.mapping)
    return pa.table(
        {
            "true_person": world.uid[person],
            "person_id": record_ids("persons", record, world.mapping),
            "event_id": pc.coalesce(
                occurrence_id, record_ids("stop_searches", search, world.mapping)
            ),
            "occurrence_id": occurrence_id,
            "at": np.concatenate([at[occurrence], happened]),
            "born": world.people.born[person],
            "is_planted": np.isin(person, world.planted.carriers),
        }
    )


def carriers(events: pa.Table, end: int) -> dict:
    """The habitual knife carriers at the instant `end`, by true person.

    `events` are those of `knife_events`, `end` is in seconds since 1970 (UTC).
    """
    since = window_start(end)
    by_person: dict[int, dict[str, int]] = defaultdict(dict)
    about: dict[int, tuple[int, bool]] = {}
    for row in events.to_pylist():
        person = row["true_person"]
        born, is_planted = about.get(person, (row["born"], False))
        about[person] = (born, is_planted or row["is_planted"])
        if since <= row["at"] < end:
            by_person[person][row["event_id"]] = row["at"]
    rows = []
    for person, own in sorted(by_person.items()):
        apart = _apart(sorted(own.values()))
        if apart < 2:
            continue
        born, is_planted = about[person]
        age = (end // DAY - born) / 365.25
        rows.append((person, sorted(own, key=own.get), apart, age < 18, is_planted))
    columns = list(zip(*rows, strict=True)) or [[]] * 5
    as_of = datetime.fromtimestamp(end, UTC).date()
    return {
        "true_person": pa.array(columns[0], pa.int64()),
        "event_ids": pa.array(columns[1], pa.list_(pa.string())),
        "events_apart": pa.array(columns[2], pa.int64()),
        "is_under_18": pa.array(columns[3], pa.bool_()),
        "is_planted": pa.array(columns[4], pa.bool_()),
        "as_of": pa.array([as_of] * len(rows), pa.date32()),
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
