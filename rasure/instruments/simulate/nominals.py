"""The tables of persons: records, names, addresses, contacts and merges."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rasure.instruments.simulate.addresses import Addresses, home_keys
from rasure.instruments.simulate.clock import DAY, NONE
from rasure.instruments.simulate.formatting import fixed
from rasure.instruments.simulate.identifiers import padded
from rasure.instruments.simulate.people import FEMALE, People
from rasure.instruments.simulate.plan import Plan
from rasure.instruments.simulate.records import Records
from rasure.instruments.simulate.words import chosen
from rasure.linkage.identifiers import LETTERS as CHECK_LETTERS
from rasure.sources.niche_rms.terms import TERMS

DOMAINS = ("General", "Restricted", "Protected")
LETTERS = np.frombuffer(CHECK_LETTERS.encode(), np.uint8)
MERGED, WRONGLY = 0.07, 0.0015


def persons(plan: Plan, people: People, records: Records, uid: np.ndarray) -> dict:
    """The table of persons by serial; `uid` numbers the true people."""
    rng = plan.rng("nominals")
    order = _new(records)
    person = records.person[order]
    national = records.has_national_id[order]
    official = person >= people.edges[3]
    has_cro = national & (uid[person] % 5 < 2)
    domain = np.searchsorted([0.985, 0.997], rng.random(len(order)))
    domain[official] = 1
    return {
        "person_id": records.serial[order],
        "national_id": _national(people, person, uid[person], national),
        "cro_number": _cro(uid[person], has_cro),
        "date_of_birth": records.born[order],
        "is_birth_date_estimated": records.is_estimated[order].astype(np.int8),
        "sex": records.sex[order],
        "ethnicity": people.ethnicity[person],
        "deceased_on": people.died[person],
        "person_type": official.astype(np.int8),
        "access_domain": chosen(DOMAINS, domain),
        "modified_at": _seen(plan, rng, len(order)),
    }


def person_names(plan: Plan, people: People, records: Records, serial: int) -> dict:
    """The legal name of each record, and other names of some."""
    rng = plan.rng("person names")
    count, types = len(records), TERMS["name_types"]
    draw = rng.random(count)
    alias = np.flatnonzero(draw < 0.03)
    nick = np.flatnonzero((draw > 0.03) & (draw < 0.07))
    maiden = np.flatnonzero((draw > 0.07) & (draw < 0.11) & (records.sex == FEMALE))
    alias, nick, maiden = (
        rows[~records.is_known[rows]] for rows in (alias, nick, maiden)
    )
    legal = _new(records)
    rows = np.concatenate([legal, alias, nick, maiden])
    kinds = ("legal", "alias", "nickname", "maiden")
    sizes = [len(legal), len(alias), len(nick), len(maiden)]
    kind = np.repeat([types.index(name) for name in kinds], sizes)
    forename, surname = records.forename[rows], records.surname[rows]
    is_nick = kind == types.index("nickname")
    other = kind == types.index("alias")
    swap = other | (kind == types.index("maiden"))
    surname[swap] = records.surname[rng.integers(0, count, swap.sum())]
    forename[is_nick] = people.middle[records.person[rows[is_nick]]]
    surname[is_nick & (rng.random(len(rows)) < 0.5)] = -1
    forename[is_nick & (forename < 0)] = records.forename[0]
    middle = np.where(kind == types.index("legal"), records.middle[rows], -1)
    return {
        "person_name_id": serial + np.arange(len(rows)),
        "person_id": records.serial[rows],
        "name_type": kind,
        "forename": chosen(records.words, forename),
        "middle_names": chosen(records.words, middle),
        "surname": chosen(records.words, surname),
        "modified_at": _seen(plan, rng, len(rows)),
    }


def person_addresses(
    plan: Plan, people: People, records: Records, addresses: Addresses, serial: int
) -> dict:
    """The address of each record's person, and the former one of those who moved."""
    rng = plan.rng("person addresses")
    now = home_keys(records.home)
    before = home_keys(people.former_home[records.person])
    moved = np.flatnonzero((before >= 0) & (before != now))
    moved = moved[rng.random(len(moved)) < 0.7]
    mine = _new(records)
    moved = moved[~records.is_known[moved]]
    rows = np.concatenate([mine, moved])
    is_former = np.arange(len(rows)) >= len(mine)
    key = np.where(is_former, before[rows], now[rows])
    today = plan.end // DAY
    since = today - rng.integers(30, 365 * 8, len(rows))
    until = np.where(is_former, since + rng.integers(5, 30, len(rows)), NONE)
    role = np.where(rng.random(len(rows)) < 0.97, 0, 2)
    return {
        "person_address_id": serial + np.arange(len(rows)),
        "person_id": records.serial[rows],
        "address_id": addresses.serials(key),
        "address_role": role,
        "effective_from": since,
        "effective_to": until,
        "modified_at": _seen(plan, rng, len(rows)),
    }


def person_contacts(plan: Plan, records: Records, uid: np.ndarray, serial: int) -> dict:
    """Telephone numbers and e-mail addresses that nobody can have.

    Numbers begin with 04, which is not in use; addresses end in example.org.
    """
    rng = plan.rng("contacts")
    new = ~records.is_known
    phone = np.flatnonzero(new & (rng.random(len(records)) < 0.45))
    mail = np.flatnonzero(new & (rng.random(len(records)) < 0.14))
    number = uid[records.person[phone]] * 2 + (rng.random(len(phone)) < 0.25)
    numbers = fixed(padded(number * 99_991 % 10**9, 9), np.ones(len(phone), bool), "04")
    words = pc.utf8_lower(pa.array(records.words))
    whose = pa.array(uid[records.person[mail]] % 10_000).cast(pa.string())
    name = pc.binary_join_element_wise(
        words.take(pa.array(records.forename[mail])),
        words.take(pa.array(records.surname[mail])),
        ".",
    )
    name = pc.replace_substring_regex(name, "[^a-z.]", "")
    mails = pc.binary_join_element_wise(name, whose, "@example.org", "")
    rows = np.concatenate([phone, mail])
    return {
        "person_contact_id": serial + np.arange(len(rows)),
        "person_id": records.serial[rows],
        "contact_type": np.repeat([0, 1], [len(phone), len(mail)]),
        "contact": pa.concat_arrays([numbers, mails]),
        "modified_at": _seen(plan, rng, len(rows)),
    }


def person_merges(plan: Plan, people: People, records: Records, serial: int) -> dict:
    """Merges of duplicate records, and a few of two people, which are undone later."""
    rng = plan.rng("merges")
    extra = np.arange(len(people), len(records))
    right = extra[~records.is_known[extra] & (rng.random(len(extra)) < MERGED)]
    wrong = np.flatnonzero(rng.random(people.edges[3] - 1) < WRONGLY)
    wrong = wrong[~records.is_known[wrong] & ~records.is_known[wrong + 1]]
    survivor = np.concatenate([records.person[right], wrong])
    merged = np.concatenate([right, wrong + 1])
    at = _seen(plan, rng, len(merged), 40)
    undone = np.full(len(merged), NONE)
    undone[len(right) :] = np.minimum(
        at[len(right) :] + rng.integers(2, 38, len(wrong)) * DAY, plan.end - 1
    )
    return {
        "person_merge_id": serial + np.arange(len(merged)),
        "surviving_person_id": records.serial[survivor],
        "merged_person_id": records.serial[merged],
        "merged_at": at,
        "unmerged_at": undone,
        "modified_at": np.maximum(at, undone),
    }


def _new(records: Records) -> np.ndarray:
    """The records that were not delivered before, in the order of their serials."""
    order = np.argsort(records.serial)
    return order[~records.is_known[order]]


def _seen(plan: Plan, rng, count: int, before: int = 0) -> np.ndarray:
    """An instant of the plan's time for each row, some days before its end."""
    low, high = plan.start, plan.end - before * DAY
    return rng.integers(min(low, high - 3_600), high, count)


def _national(people: People, person, uid, is_known) -> pa.Array:
    """Police National Computer ids: two digits of a year, seven digits, the check
    letter."""
    years = np.maximum(people.born[person] // 365 + 1970 + 16, 1970) % 100
    slash = np.full((len(person), 1), ord("/"), np.uint8)
    serial = uid % 10**7
    letter = LETTERS[(years * 10**7 + serial) % 23][:, None]
    text = np.hstack([padded(years, 2), slash, padded(serial, 7), letter])
    return fixed(text, is_known)


def _cro(uid, is_known) -> pa.Array:
    """Criminal record numbers: six digits, a year, the check letter."""
    slash = np.full((len(uid), 1), ord("/"), np.uint8)
    serial, years = uid % 10**6, uid % 37
    letter = LETTERS[(years * 10**6 + serial) % 23][:, None]
    text = np.hstack([padded(serial, 6), slash, padded(years, 2), letter])
    return fixed(text, is_known)
