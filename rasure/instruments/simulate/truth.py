"""Write the truth as Parquet: the planted facts and what follows from them.

Ids are written as the force writes them, so that the truth joins what was delivered.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rasure.instruments.simulate import hours
from rasure.instruments.simulate.classify import CODES
from rasure.instruments.simulate.clock import NONE
from rasure.instruments.simulate.crimes import WEAPONS
from rasure.instruments.simulate.facts_tables import offences
from rasure.instruments.simulate.geocodes import FAULTS
from rasure.instruments.simulate.ground import KINDS
from rasure.instruments.simulate.identifiers import record_ids
from rasure.instruments.simulate.qualify import carriers, persistent_offenders
from rasure.instruments.simulate.records import FAULTS as RECORD_FAULTS
from rasure.instruments.simulate.suspects import RESOLVED
from rasure.instruments.simulate.tables import Extract
from rasure.instruments.simulate.times import EXACT
from rasure.instruments.simulate.words import KNIFE_DENIED, KNIFE_SEEN
from rasure.instruments.simulate.world import World
from rasure.sources.niche_rms.terms import TERMS

TIERS = ("resolved", "cautioned", "charged", "convicted")  # as in `suspects`
HOTTEST = 20  # hours of the week that the force's truth calls hot


def write(world: World, made: Extract, folder: Path) -> None:
    """Write every table of the truth into `folder` as `<table>.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    qualified = carriers(world, made.searches)
    tables = {
        "people": people(world),
        "occurrences": occurrences(world),
        "cell_rates": cell_rates(world),
        "institutions": institutions(world),
        "hot_hours": hot_hours(world),
        "geocode_faults": geocode_faults(world),
        "offender_rows": offender_rows(world, made),
        "knife_carriers": qualified,
        "knife_traps": knife_traps(world, qualified),
        "persistent_offenders": persistent_offenders(world),
    }
    for name, table in tables.items():
        pq.write_table(pa.table(table), folder / f"{name}.parquet", compression="zstd")


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

    A scope is the force, or a hexagon with hours of its own. `is_hot` is True for a
    planted hour.
    """
    crimes, land = world.crimes, world.ground
    of_week = hours.hour_of_week(crimes.times.instant[crimes.scope], hours.CLOCK)
    force = np.bincount(of_week, minlength=hours.WEEK) / max(1, len(of_week))
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
        "events": np.repeat(np.concatenate([[len(of_week)], events]), hours.WEEK),
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
    """The positive outcomes, which count for an offender's harm."""
    row, classification, code = made.positive.T
    occurrence = world.suspects.occurrence[row]
    verdict = made.verdict[row]
    return {
        "true_person": world.uid[world.suspects.person[row]],
        "classification_id": record_ids(
            "classifications", classification, world.mapping
        ),
        "occurrence_id": record_ids(
            "occurrences", world.ids[occurrence], world.mapping
        ),
        "offence_code": pa.array(offences().codes).take(
            pa.array(_code_of(world, made, classification, occurrence))
        ),
        "outcome_code": pa.array(CODES).take(pa.array(code)),
        "tier": pa.array(TIERS).take(
            pa.array(world.suspects.status[row] - RESOLVED, pa.int32())
        ),
        "verdict": pa.array(TERMS["court_results"]).take(
            pa.array(verdict, mask=verdict < 0)
        ),
        "processed_at": _instants(world.suspects.processed_at[row]),
        "is_cancelled": world.fates.cancelled_at[occurrence] != NONE,
    }


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


def _code_of(world: World, made: Extract, classification, occurrence) -> np.ndarray:
    """The offence of each positive row: the occurrence's first or second."""
    second = np.full(len(world.crimes), -1)
    pairs = world.crimes.second
    second[pairs[:, 0]] = pairs[:, 1]
    is_second = classification == made.classified.second[occurrence]
    return np.where(is_second, second[occurrence], world.crimes.offence[occurrence])


def _instants(seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds, mask=seconds == NONE).cast(pa.timestamp("s", tz="UTC"))
