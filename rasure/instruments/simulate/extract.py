"""Write a history: the full delivery, its truth, and the state for later deltas."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rasure.instruments.simulate import ground, state, truth, world
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.serials import Serials
from rasure.instruments.simulate.tables import extract
from rasure.instruments.simulate.writing import write_delivery
from rasure.sources.niche_rms.mapping import Mapping, load

Say = Callable[[str], None]


def write_history(
    plan: Plan,
    out: Path,
    say: Say = lambda text: None,
    mapping: Mapping | None = None,
) -> Path:
    """Write the full delivery of a plan into `out`; returns the delivery's folder.

    `mapping` is by default that of the plan's force.
    """
    mapping = mapping or load(plan.force)
    say("the ground")
    land = ground.lay(plan)
    serials = Serials()
    place = world.make(plan, mapping, land, serials, say=say)
    say("the records")
    made = extract(place, serials)
    window = (datetime.fromtimestamp(plan.start, UTC), plan.as_at)
    for old in ("state", "truth"):
        shutil.rmtree(out / old, ignore_errors=True)
    delivery = write_delivery(
        out / "deliveries", made.tables, mapping, "full", window, say
    )
    say("the truth")
    truth.write(place, made, out / "truth")
    state.save(state.begin(place, made.tables, serials), out / "state")
    return delivery
