"""The recorded evidence of each occurrence, and the changes of its record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.clock import DAY, NONE
from rasure.instruments.simulate.crimes import Crimes
from rasure.instruments.simulate.facts_tables import SCOPES, offences
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.suspects import POSITIVE, PROCESSED, Suspects
from rasure.instruments.simulate.words import ARMED, HOW, KNIFE_DENIED, KNIFE_SEEN

CANCELLED = 0.012


@dataclass(frozen=True)
class Fates:
    """Arrays by occurrence.

    `cancelled_at` is `NONE` if it was not cancelled. `may_move` is True if it may be
    transferred to another force. `account` is the sort of its account. `is_coded` and
    `is_flagged` say if the weapon has a code and the knife a flag.
    """

    cancelled_at: np.ndarray
    may_move: np.ndarray
    account: np.ndarray
    is_coded: np.ndarray
    is_flagged: np.ndarray
    modified_at: np.ndarray


def cancel(plan: Plan, crimes: Crimes) -> np.ndarray:
    """When each crime was cancelled, `NONE` for nearly all."""
    rng = plan.rng("cancel")
    at = crimes.times.recorded + (rng.gamma(1.5, 15, len(crimes)) * DAY).astype(
        np.int64
    )
    cancelled = crimes.is_crime & (rng.random(len(crimes)) < CANCELLED)
    return np.where(cancelled & (at < plan.end), at, NONE)


def decide(
    plan: Plan, crimes: Crimes, suspects: Suspects, cancelled_at: np.ndarray
) -> Fates:
    """Decide the record; a knife that led to a charge is always recorded."""
    rng = plan.rng("fates")
    count, knife = len(crimes), crimes.has_knife
    armed = crimes.weapon >= 0
    seen = knife & (rng.random(count) < 0.82)
    coded = armed & (rng.random(count) < 0.80)
    flagged = knife & (rng.random(count) < 0.65)
    charged = np.zeros(count, bool)
    processed = np.isin(suspects.status, PROCESSED)
    charged[suspects.occurrence[processed]] = True
    seen |= knife & charged & ~coded & ~flagged
    violent = crimes.is_crime & (
        offences().scope[np.maximum(crimes.offence, 0)] != SCOPES.index("never")
    )
    denied = violent & ~armed & (rng.random(count) < 0.03)
    account = np.where(seen, KNIFE_SEEN, np.where(denied, KNIFE_DENIED, HOW))
    account = np.where(armed & ~knife, ARMED, account)
    modified = np.maximum(crimes.times.recorded, cancelled_at)
    later = modified + (rng.gamma(0.8, 25, count) * DAY).astype(np.int64)
    modified = np.where((later < plan.end) & (cancelled_at == NONE), later, modified)
    for at in (suspects.processed_at, suspects.eliminated_at, suspects.decided_at):
        np.maximum.at(modified, suspects.occurrence, at)
    may_move = crimes.is_crime.copy()
    may_move[suspects.occurrence[np.isin(suspects.status, POSITIVE)]] = False
    return Fates(cancelled_at, may_move, account, coded, flagged, modified)
