"""Write the truth as Parquet: the planted facts and what follows from them.

Ids are written as the force writes them, so that the truth joins what was delivered.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rasure.instruments.simulate import hours
from rasure.instruments.simulate.changes import Changes
from rasure.instruments.simulate.classify import CODES
from rasure.instruments.simulate.clock import DAY, NONE, to_local
from rasure.instruments.simulate.crimes import WEAPONS
from rasure.instruments.simulate.facts_tables import harm_days, offences
from rasure.instruments.simulate.geocodes import FAULTS
from rasure.instruments.simulate.ground import KINDS
from rasure.instruments.simulate.identifiers import record_ids
from rasure.instruments.simulate.qualify import (
    carriers,
    knife_events,
    persistent_offenders,
)
from rasure.instruments.simulate.records import FAULTS as RECORD_FAULTS
from rasure.instruments.simulate.suspects import RESOLVED
from rasure.instruments.simulate.tables import Extract
from rasure.instruments.simulate.times import EXACT
from rasure.instruments.simulate.words import KNIFE_DENIED, KNIFE_SEEN
from rasure.instruments.simulate.world import World
from rasure.sources.niche_rms.mapping import Mapping
from rasure.sources.niche_rms.terms import TERMS

PUBLIC_KIND = KINDS.index("public")
TIERS = ("resolved", "cautioned", "charged", "convicted")  # as in `suspects`
# A classification that another replaced (`new_id`, with its offence and harm), an
# occurrence that was cancelled, or a record that was deleted.
CHANGES = pa.schema(
    {
        "entity": pa.string(),
        "change": pa.string(),
        "record_id": pa.string(),
        "new_id": pa.string(),
        "offence_code": pa.string(),
        "offence_subclass": pa.string(),
        "harm_days": pa.float64(),
    }
)
HOTTEST = 20  # hours of the week that the force's truth calls hot


def write(world: World, made: Extract, folder: Path) -> None:
    """Write every table of the truth into `folder` as `<table>.parquet`."""
    events = knife_events(world, made)
    qualified = carriers(events, world.plan.end)
    tables = {
        "extract": extract(world.plan.end),
        "people": people(world),
        "occurrences": occurrences(world),
        "cell_rates": cell_rates(world),
        "institutions": institutions(world),
        "hot_hours": hot_hours(world),
        "geocode_faults": geocode_faults(world),
        "offender_rows": offender_rows(world, made),
        "knife_events": events,
        "knife_carriers": qualified,
        "knife_traps": knife_traps(world, qualified),
        "persistent_offenders": persistent_offenders(world),
    }
    write_tables(tables, folder)


def write_tables(tables: dict, folder: Path) -> None:
    """Write tables, by name, into `folder` as `<table>.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(pa.table(table), folder / f"{name}.parquet", compression="zstd")


def extract(end: int) -> dict:
    """The instant of the extract (seconds, UTC), in a row."""
    return {"extracted_at": _instants(np.array([end]))}


def write_changes(changes: Changes, mapping: Mapping, end: int, folder: Path) -> None:
    """Write what a delta changed in records that were delivered before.

    `end` is the instant of the extract (seconds, UTC). `CHANGES` has the columns.
    """

    def id_of(entity: str, serial: int) -> str:
        return record_ids(entity, np.array([serial]), mapping)[0].as_py()

    rows = [
        {
            "entity": "classifications",
            "change": "reclassified",
            "record_id": id_of("classifications", old),
            "new_id": id_of("classifications", new),
            "offence_code": code,
            "offence_subclass": subclass,
            "harm_days": harm_days()[code, subclass],
        }
        for old, new, code, subclass in changes.reclassified
    ]
    others = [("occurrences", "cancelled", serial) for serial in changes.cancelled]
    others += [(entity, "deleted", serial) for entity, serial in changes.deleted]
    rows += [
        {"entity": entity, "change": change, "record_id": id_of(entity, serial)}
        for entity, change, serial in others
    ]
    table = pa.Table.from_pylist(rows, CHANGES)
    write_tables({"extract": extract(end), "changes": table}, folder)


def people(world: World) -> dict:
    """The true person of each person id, and the fault of the record."""
    records = world.records
    fault = pa.array(records.fault, pa.int32(), mask=records.fault < 0)
    return {
        "person_id": record_ids("persons", records.serial, world.mapping),
        "true_person": world.uid[records.person],
        "origin": world.people.origin[records.person],
        "is_first_record": np.arange(len(records)) < len(world.people),
        "record_fault": pa.array(RECORD_FAULTS).take(fault),
    }


def occurrences(world: World) -> dict:
    """The true cell, instant and knife of each occurrence, and what was recorded."""
    crimes, fates = world.crimes, world.fates
    at = crimes.institution
    names = pa.array(world.ground.institutions.names, pa.string())
    return {
        "occurrence_id": record_ids("occurrences", world.ids, world.mapping),
        "hexagon_id": hexagons(world, crimes.cell),
        "happened_at": _instants(crimes.times.instant),
        "is_time_exact": crimes.times.fault == EXACT,
        "is_serious_violence_in_public": crimes.scope,
        "is_domestic": crimes.is_domestic,
        "has_knife": crimes.has_knife,
        "has_weapon": crimes.weapon >= 0,
        "is_knife_coded": fates.is_coded & (crimes.weapon == WEAPONS["knife"]),
        "is_knife_flagged": fates.is_flagged,
        "is_knife_in_text": fates.account == KNIFE_SEEN,
        "is_knife_denied_in_text": fates.account == KNIFE_DENIED,
        "institution": names.take(pa.array(at, pa.int32(), mask=at < 0)),
    }


def hexagons(world: World, cells: np.ndarray) -> pa.Array:
    """The warehouse's hexagon ids of cells; none for a cell below 0."""
    distinct = np.unique(cells[cells >= 0])
    names = pa.array(world.ground.hexagon_ids(distinct), pa.string())
    last = max(0, len(distinct) - 1)
    at = np.searchsorted(distinct, np.maximum(cells, 0)).clip(0, last)
    return names.take(pa.array(at, mask=cells < 0))


def cell_rates(world: World) -> dict:
    """The expected serious violence in public by hexagon and window.

    It also has the share of each kind of crime. The last window follows the history.
    """
    land, crimes = world.ground, world.crimes
    windows, cells = land.rates["public"].shape
    due = np.bincount(crimes.window[crimes.scope], minlength=windows).astype(float)
    due[-1] = due[windows - 2]
    names = pa.array(land.hexagon_ids(np.arange(cells)))
    starts = [start for start, _ in world.plan.history().windows]
    starts.append(world.plan.history().end)
    columns = {
        "hexagon_id": pa.DictionaryArray.from_arrays(
            np.tile(np.arange(cells, dtype=np.int32), windows), names
        ),
        "window_from": _instants(np.repeat(np.array(starts), cells)),
        "serious_violence": (land.rates["public"] * due[:, None])
        .ravel()
        .astype(np.float32),
    }
    for kind in KINDS:
        columns[f"{kind}_share"] = land.rates[kind].ravel().astype(np.float32)
    return columns


def institutions(world: World) -> dict:
    """Each institution, its cell, and the truly hot cell next to it."""
    planted = world.ground.institutions
    events = np.bincount(
        world.crimes.institution[world.crimes.institution >= 0],
        minlength=len(planted.names),
    )
    return {
        "institution": pa.array(planted.names, pa.string()),
        "kind": pa.array(planted.kinds, pa.string()),
        "x": planted.x,
        "y": planted.y,
        "hexagon_id": hexagons(world, planted.cell),
        "valid_neighbour_hexagon_id": hexagons(world, planted.neighbour),
        "occurrences": events,
    }


def hot_hours(world: World) -> dict:
    """The share of serious violence in public by scope and hour of the week.

    A scope is the force, or a hexagon with hours of its own. The share is what the
    hours of the offences and places make expected, not what happened. `is_hot` is True
    for a planted hour, and for the fullest hours of the force.
    """
    crimes, land = world.crimes, world.ground
    mix = offences()
    of_offence = np.array([hours.PROFILES.index(name) for name in mix.hours])
    own_hours = np.where(crimes.kind == PUBLIC_KIND, land.hours[crimes.cell], 0)
    drawn_from = hours.profile_of(of_offence[crimes.offence], own_hours)[crimes.scope]
    force = hours.profiles()[drawn_from].sum(axis=0) / max(1, len(drawn_from))
    hot = np.zeros(hours.WEEK, bool)
    hot[np.argsort(-force, kind="stable")[:HOTTEST]] = True
    own = np.flatnonzero(land.hours > 0)
    weeks = hours.profiles()[hours.profile_of(np.zeros(len(own), int), land.hours[own])]
    planted = np.zeros((len(own), hours.WEEK), bool)
    for kind, (hot_hours_, _) in hours.PLANTED.items():
        planted[np.ix_(land.hours[own] == kind, hot_hours_)] = True
    events = np.bincount(crimes.cell[crimes.scope], minlength=len(land.x))[own]
    names = pa.concat_arrays([pa.array([world.plan.force]), hexagons(world, own)])
    rows = len(own) + 1
    return {
        "scope": names.take(pa.array(np.repeat(np.arange(rows), hours.WEEK))),
        "is_force": np.repeat(np.arange(rows) == 0, hours.WEEK),
        "hour_of_week": np.tile(np.arange(hours.WEEK), rows),
        "share": np.concatenate([force, weeks.ravel()]),
        "is_hot": np.concatenate([hot, planted.ravel()]),
        "events": np.repeat(np.concatenate([[len(drawn_from)], events]), hours.WEEK),
    }


def geocode_faults(world: World) -> dict:
    """Occurrences with a wrong delivered point: the fault, and the true point (m)."""
    fault = world.geocodes.fault
    rows = np.flatnonzero((fault >= 0) & (fault != FAULTS.index("none")))
    x, y = world.addresses.points(world.keys[rows])
    return {
        "occurrence_id": record_ids("occurrences", world.ids[rows], world.mapping),
        "fault": pa.array(FAULTS).take(pa.array(fault[rows], pa.int32())),
        "true_x": x,
        "true_y": y,
    }


def offender_rows(world: World, made: Extract) -> dict:
    """The positive outcomes, which count for an offender's harm.

    `is_ended` is True if the person carries no harm for the crime all the same: the
    last decision on them is an acquittal.
    """
    row, classification, code = made.positive.T
    occurrence = world.suspects.occurrence[row]
    is_second = classification == made.classified.second[occurrence]
    verdict = made.verdict[row, is_second.astype(int)]
    codes = pa.array(offences().codes).take(
        pa.array(_code_of(world, is_second, occurrence))
    )
    table = made.classified.table
    subclasses = (
        table["recorded_subclass"]
        .dictionary_decode()
        .take(pa.array(classification - table["classification_id"][0]))
    )
    return {
        "true_person": world.uid[world.suspects.person[row]],
        "person_id": record_ids("persons", made.record[row], world.mapping),
        "classification_id": record_ids(
            "classifications", classification, world.mapping
        ),
        "occurrence_id": record_ids(
            "occurrences", world.ids[occurrence], world.mapping
        ),
        "offence_code": codes,
        "offence_subclass": subclasses,
        "harm_days": [
            harm_days()[code, subclass or ""]
            for code, subclass in zip(
                codes.to_pylist(), subclasses.to_pylist(), strict=True
            )
        ],
        "outcome_code": pa.array(CODES).take(pa.array(code)),
        "tier": pa.array(TIERS).take(
            pa.array(world.suspects.status[row] - RESOLVED, pa.int32())
        ),
        "verdict": pa.array(TERMS["court_results"]).take(
            pa.array(verdict, mask=verdict < 0)
        ),
        "processed_at": _instants(world.suspects.processed_at[row]),
        "is_cancelled": world.fates.cancelled_at[occurrence] != NONE,
        "is_ended": has_ended(world, made)[row, is_second.astype(int)],
    }


def has_ended(world: World, made: Extract) -> np.ndarray:
    """By suspect and crime, the first and the second: True if no harm is carried.

    Somebody can be in an occurrence twice. Of their decisions the last one stands: a
    charge replaces the caution before it, as when the conditions of a caution are
    broken, and the acquittal then ends both; a caution after an acquittal stands. On
    one day a conviction or an outcome stands before an acquittal. To eliminate somebody
    ends suspicion, never a caution or a charge.
    """
    suspects = world.suspects
    part = np.unique(
        np.stack([suspects.occurrence, suspects.person]), axis=1, return_inverse=True
    )[1].ravel()
    parts = int(part.max(initial=-1)) + 1
    verdict_at = made.verdict_at[:, None]
    is_guilty = made.verdict == TERMS["court_results"].index("guilty")
    is_acquitted = (made.verdict >= 0) & ~is_guilty
    stands, ends = np.full((parts, 2), NONE), np.full((parts, 2), NONE)
    np.maximum.at(stands, part, suspects.processed_at[:, None])
    np.maximum.at(stands, part, np.where(is_guilty, verdict_at, NONE))
    np.maximum.at(ends, part, np.where(is_acquitted, verdict_at, NONE))
    is_last = to_local(ends, hours.CLOCK) // DAY > to_local(stands, hours.CLOCK) // DAY
    return is_last[part]


def knife_traps(world: World, carriers_: dict) -> dict:
    """People whom a careless rule would list; `is_carrier` if they qualify anyway."""
    kinds, persons = [], []
    for trap, own in world.planted.traps.items():
        kinds += [trap] * len(own)
        persons += own.tolist()
    person = np.array(persons, np.int64)
    qualified = set(carriers_["true_person"].to_pylist())
    uid = world.uid[person]
    return {
        "trap": pa.array(kinds, pa.string()),
        "true_person": uid,
        "is_carrier": np.array([number in qualified for number in uid], bool),
    }


def _code_of(world: World, is_second: np.ndarray, occurrence) -> np.ndarray:
    """The offence of each positive row: the occurrence's first or second."""
    second = np.full(len(world.crimes), -1)
    pairs = world.crimes.second
    second[pairs[:, 0]] = pairs[:, 1]
    return np.where(is_second, second[occurrence], world.crimes.offence[occurrence])


def _instants(seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds, mask=seconds == NONE).cast(pa.timestamp("s", tz="UTC"))
