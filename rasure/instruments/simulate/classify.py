"""Classifications, outcomes and court results.

A changed classification has an older row, which ended when the newer one began. An
occurrence may have two crimes. Outcomes name the classification and the person, so that
co-suspects can have different outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rasure.instruments.simulate.clock import DAY, HOUR, NONE, to_local
from rasure.instruments.simulate.crimes import Crimes
from rasure.instruments.simulate.facts_tables import draw_subclasses, offences
from rasure.instruments.simulate.hours import CLOCK
from rasure.instruments.simulate.people import People
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.suspects import (
    CAUTIONED,
    CHARGED,
    CONVICTED,
    NAMED,
    POSITIVE,
    RESOLVED,
    Suspects,
)
from rasure.instruments.simulate.words import chosen
from rasure.sources.niche_rms.terms import TERMS

CHANGED, REPORTED_OTHERWISE = 0.025, 0.04
SPLIT_VERDICTS = (
    0.3  # of those convicted of one crime of two are acquitted of the other
)
OTHERWISE = {"8N": "105A", "5D": "8N", "34B": "39", "105A": "9A", "1": "5D", "2": "5D"}
CODES = ("1", "1A", "2", "3", "6", "7", "8", "11", "13", "14", "15", "16", "18", "20")
CODES += ("21", "22")
_C = {code: number for number, code in enumerate(CODES)}
ADULT = 18 * 365.25


@dataclass(frozen=True)
class Classified:
    """The table of classifications.

    `first` and `second` are the serials of the current first and second classification
    of each occurrence, -1 for none.
    """

    table: dict
    first: np.ndarray
    second: np.ndarray


def classify(
    plan: Plan, crimes: Crimes, ids: np.ndarray, serial: int, fates
) -> Classified:
    """The classifications of every crime, current and past."""
    mix, rng = offences(), plan.rng("classify")
    crime = np.flatnonzero(crimes.is_crime)
    occurrence = np.concatenate([crime, crimes.second[:, 0]])
    code = np.concatenate([crimes.offence[crime], crimes.second[:, 1]])
    sequence = np.where(np.arange(len(occurrence)) < len(crime), 1, 2)
    other = np.arange(len(mix.codes))
    for final, earlier in OTHERWISE.items():
        other[mix.index(final)] = mix.index(earlier)
    begun = crimes.times.recorded[occurrence]
    turn = begun + (rng.gamma(1.5, 12, len(code)) * DAY).astype(np.int64) + HOUR
    changed = (rng.random(len(code)) < CHANGED * 4) & (other[code] != code)
    changed &= turn < plan.end
    past = np.flatnonzero(changed)
    reported = np.where(
        changed | (rng.random(len(code)) < REPORTED_OTHERWISE), other[code], code
    )
    rows = np.concatenate([np.arange(len(code)), past])
    is_past = np.arange(len(rows)) >= len(code)
    recorded = np.where(is_past, other[code[rows]], code[rows])
    starts = np.where(changed[rows] & ~is_past, turn[rows], begun[rows])
    ends = np.where(is_past, turn[rows], NONE)
    draw = rng.random(len(recorded))
    draw[: len(crime)] = crimes.subclass_draw[crime]
    subclasses, number_of = draw_subclasses(recorded, draw)
    reported_sub, _ = draw_subclasses(reported[rows], rng.random(len(rows)))
    np.maximum.at(fates.modified_at, occurrence[past], turn[past])
    table = {
        "classification_id": serial + np.arange(len(rows)),
        "occurrence_id": ids[occurrence[rows]],
        "sequence": sequence[rows],
        "reported_class": chosen(mix.codes, reported[rows]),
        "reported_subclass": chosen(number_of, reported_sub),
        "recorded_class": chosen(mix.codes, recorded),
        "recorded_subclass": chosen(number_of, subclasses),
        "is_attempt": (rng.random(len(rows)) < 0.03).astype(np.int8),
        "detection_mode": crimes.detection[occurrence[rows]],
        "effective_from": starts,
        "effective_to": ends,
        "modified_at": np.where(is_past, turn[rows], starts),
    }
    first, second = np.full(len(crimes), -1), np.full(len(crimes), -1)
    first[crime] = serial + np.arange(len(crime))
    second[crimes.second[:, 0]] = serial + len(crime) + np.arange(len(crimes.second))
    return Classified(table, first, second)


def outcomes(
    plan: Plan,
    crimes: Crimes,
    people: People,
    suspects: Suspects,
    record_of: np.ndarray,
    classified: Classified,
    serial: int,
) -> tuple[dict, np.ndarray]:
    """The table of outcomes, and an array (n, 3) of the positive ones.

    Its columns are the suspect's row, the classification, and the position of the code
    in `CODES`.
    """
    rng = plan.rng("outcomes")
    positive = np.isin(suspects.status, POSITIVE)
    hit = np.flatnonzero(positive)
    code = _positive(rng, crimes, people, suspects, hit)
    first = classified.first[suspects.occurrence[hit]]
    second = classified.second[suspects.occurrence[hit]]
    twice = np.flatnonzero(second >= 0)
    won = np.concatenate([np.arange(len(hit)), twice])
    of = np.concatenate([first, second[twice]])
    at = suspects.processed_at[hit[won]]
    resolved = np.zeros(len(crimes), bool)
    resolved[suspects.occurrence[hit]] = True
    rows, lost, named, when = _unresolved(rng, plan, crimes, people, suspects, resolved)
    codes = np.concatenate([code[won], lost])
    instants = np.concatenate([at, when])
    person = np.concatenate(
        [record_of[hit[won]], np.where(named >= 0, record_of[named], -1)]
    )
    day = to_local(instants, CLOCK) // DAY
    table = {
        "outcome_id": serial + np.arange(len(codes)),
        "classification_id": np.concatenate([of, classified.first[rows]]),
        "person_id": person,
        "outcome_code": chosen(CODES, codes),
        "outcome_on": day,
        "modified_at": instants,
    }
    return table, np.stack([hit[won], of, code[won]], axis=1)


def _positive(rng, crimes, people, suspects, hit) -> np.ndarray:
    """The outcome code of each positive suspect row."""
    occurrence, status = suspects.occurrence[hit], suspects.status[hit]
    age = crimes.times.instant[occurrence] // DAY - people.born[suspects.person[hit]]
    draw = rng.random(len(hit))
    drugs = np.isin(crimes.offence[occurrence], offences().index("92D", "92E"))
    informal = np.where(draw < 0.7, _C["8"], np.where(draw < 0.85, _C["6"], _C["22"]))
    informal = np.where(drugs & (draw < 0.6), _C["7"], informal)
    charge = np.where(draw < 0.05, _C["1A"], _C["1"])
    code = np.where(status == RESOLVED, informal, charge)
    caution = np.where(age < ADULT, _C["2"], _C["3"])
    return np.where(status == CAUTIONED, caution, code)


def _unresolved(rng, plan, crimes, people, suspects, resolved):
    """(occurrences, codes, suspect rows or -1, instants) of the unresolved crimes."""
    rows = np.flatnonzero(
        crimes.is_crime & ~resolved & (rng.random(len(crimes)) < 0.93)
    )
    when = crimes.times.recorded[rows] + HOUR
    when = when + (rng.gamma(1.0, 40, len(rows)) * DAY).astype(np.int64)
    rows, when = rows[when < plan.end], when[when < plan.end]
    named = np.full(len(crimes), -1)
    own = np.flatnonzero(
        suspects.is_first & np.isin(suspects.status, (NAMED, NAMED + 1))
    )
    named[suspects.occurrence[own]] = own
    by = named[rows]
    draw = rng.random(len(rows))
    free = np.where(draw < 0.8, _C["18"], np.where(draw < 0.98, _C["14"], _C["20"]))
    with_suspect = np.where(draw < 0.86, _C["15"], _C["13"])
    with_suspect = np.where(draw < 0.52, _C["16"], with_suspect)
    with_suspect = np.where(
        (draw > 0.93) & ~crimes.has_knife[rows], _C["21"], with_suspect
    )
    born = people.born[suspects.person[np.maximum(by, 0)]] if len(suspects) else 0
    child = crimes.times.instant[rows] // DAY - born < 10 * 365.25
    with_suspect = np.where(child, _C["11"], with_suspect)
    return rows, np.where(by >= 0, with_suspect, free), by, when


def court(
    plan: Plan, crimes, suspects, record_of, classified, serial: int
) -> tuple[dict, np.ndarray, np.ndarray]:
    """Verdicts on every crime of an occurrence.

    They are guilty for those convicted, and another verdict for a few of those charged.
    Some are convicted of the first crime and acquitted of the second. Returns the
    table, the number of each suspect's verdict on the first and the second crime as an
    array (suspects, 2), -1 for none, and its instant (`NONE` for none).
    """
    rng = plan.rng("court")
    results = TERMS["court_results"]
    guilty = np.flatnonzero(suspects.status == CONVICTED)
    charged = np.flatnonzero(
        (suspects.status == CHARGED) & ~crimes.has_knife[suspects.occurrence]
    )
    freed = charged[rng.random(len(charged)) < 0.16]
    at = suspects.processed_at[freed]
    at = at + (rng.gamma(2.0, 80, len(freed)) * DAY).astype(np.int64)
    freed, at = freed[at < plan.end], at[at < plan.end]
    rows = np.concatenate([guilty, freed])
    instants = np.concatenate([suspects.decided_at[guilty], at])
    result = np.where(rng.random(len(rows)) < 0.6, 1, 2)
    result[: len(guilty)] = results.index("guilty")
    given_at = np.full(len(suspects), NONE)
    given_at[rows] = instants
    second = classified.second[suspects.occurrence[rows]]
    twice = np.flatnonzero(second >= 0)
    with_second = np.concatenate([np.arange(len(rows)), twice])
    on_second = result[twice]
    is_split = (on_second == results.index("guilty")) & (
        ~crimes.has_knife[suspects.occurrence[rows[twice]]]
        & (rng.random(len(twice)) < SPLIT_VERDICTS)
    )
    on_second[is_split] = results.index("not guilty")
    verdict = np.full((len(suspects), 2), -1)
    verdict[rows, 0] = result
    verdict[rows[twice], 1] = on_second
    first = classified.first[suspects.occurrence[rows]]
    table = {
        "court_result_id": serial + np.arange(len(with_second)),
        "classification_id": np.concatenate([first, second[twice]]),
        "person_id": record_of[rows[with_second]],
        "result": np.concatenate([result, on_second]),
        "result_on": to_local(instants[with_second], CLOCK) // DAY,
        "modified_at": instants[with_second],
    }
    return table, verdict, given_at
