"""Addresses: where events happen and people live, each with a street and a postcode.

An address is a cell and a number in it. All its values follow from these two, so that a
later day has the same addresses again. Streets run through several cells, homes have
numbers and postcodes, and an institution is at its listed point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rasure.instruments.simulate import words
from rasure.instruments.simulate.crimes import PLACES, Crimes
from rasure.instruments.simulate.formatting import fixed
from rasure.instruments.simulate.ground import HEIGHT_M, Ground
from rasure.instruments.simulate.identifiers import padded
from rasure.instruments.simulate.people import HOMES
from rasure.instruments.simulate.serials import Serials

NUMBERS = 4_096  # of a cell: 32 for each location type, institutions, homes from HOMES
PER_TYPE, AT_INSTITUTIONS = 32, 900
LETTERS = np.frombuffer(b"ABDEFGHJLNPQRSTUWXYZ", np.uint8)
CENTRAL_PULL = 0.45


@dataclass(frozen=True)
class Addresses:
    """Distinct addresses by ascending key (cell * NUMBERS + number), with serials.

    `x`, `y` are their true points in metres.
    """

    key: np.ndarray
    serial: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def serials(self, keys: np.ndarray) -> np.ndarray:
        """The serials of keys; -1 for a key below 0."""
        at = np.searchsorted(self.key, np.maximum(keys, 0)).clip(0, len(self.key) - 1)
        return np.where(keys < 0, -1, self.serial[at])

    def points(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The true points of keys."""
        at = np.searchsorted(self.key, keys)
        return self.x[at], self.y[at]


def event_keys(rng, ground: Ground, crimes: Crimes, home: np.ndarray) -> np.ndarray:
    """The key of the address of each occurrence.

    The higher the rate of a cell, the more addresses it has; the first of them have
    most of its occurrences.
    """
    relative_rate = ground.rates["public"][0][crimes.cell] * len(ground.x)
    several = np.clip(np.sqrt(relative_rate) * 3, 1, PER_TYPE)
    number = (several * rng.random(len(crimes)) ** 1.8).astype(np.int64)
    number += crimes.location_type.astype(np.int64) * PER_TYPE
    at = crimes.institution >= 0
    number[at] = AT_INSTITUTIONS + crimes.institution[at]
    number = np.where(home[:, 0] >= 0, home[:, 1], number)
    return crimes.cell * NUMBERS + number


def home_keys(home: np.ndarray) -> np.ndarray:
    """The keys of homes given as (n, 2) cell and number; -1 for none."""
    return np.where(home[:, 0] < 0, -1, home[:, 0] * NUMBERS + home[:, 1])


def collect(
    ground: Ground, keys: np.ndarray, known: Addresses | None, serials: Serials
) -> Addresses:
    """The distinct addresses among keys; new addresses get serials in random order."""
    key = np.sort(pd.unique(keys[keys >= 0]))
    cell, number = np.divmod(key, NUMBERS)
    serial = np.full(len(key), -1)
    if known is not None:
        serial = np.where(np.isin(key, known.key), known.serials(key), -1)
    new = np.flatnonzero(serial < 0)
    order = new[np.argsort(_mix(key[new], 1), kind="stable")]
    serial[order] = serials.take("addresses", len(new)) + np.arange(len(new))
    radius = HEIGHT_M / 2 * 0.98 * np.sqrt(_unit(key, 2))
    angle = 2 * np.pi * _unit(key, 3)
    x = np.round(ground.x[cell] + radius * np.cos(angle), 1)
    y = np.round(ground.y[cell] + radius * np.sin(angle), 1)
    at = _institution(number)
    x[at >= 0] = ground.institutions.x[at[at >= 0]]
    y[at >= 0] = ground.institutions.y[at[at >= 0]]
    return Addresses(key, serial, x, y)


def rows(ground: Ground, addresses: Addresses, modified_at: int) -> dict:
    """The table of addresses, in the order of their serials."""
    order = np.argsort(addresses.serial)
    key, serial = addresses.key[order], addresses.serial[order]
    cell, number = np.divmod(key, NUMBERS)
    is_home = number >= HOMES
    at = _institution(number)
    of_type = np.where(number < AT_INSTITUTIONS, number // PER_TYPE, PLACES["dwelling"])
    kinds = [PLACES[kind.replace("_", " ")] for kind in ground.institutions.kinds]
    of_type = np.where(at >= 0, np.array([*kinds, 0])[at], of_type)
    has_number = is_home | (of_type == PLACES["shop"])
    house = np.where(is_home, 1 + (number - HOMES) % 97, 1 + number % PER_TYPE * 2)
    open_air = np.isin(of_type, [PLACES["street"], PLACES["park"]])
    numbers = pa.array(house, mask=~has_number).cast(pa.string())
    return {
        "address_id": serial,
        "x": addresses.x[order],
        "y": addresses.y[order],
        "is_verified": (_unit(key, 4) < 0.85).astype(np.int8),
        "premise_name": _premises(ground, key, of_type, at),
        "premise_type": of_type.astype(np.int8),
        "street_number": numbers,
        "street": _streets(ground, cell, key),
        "town": words.chosen(ground.towns.names, ground.town[cell].astype(np.int32)),
        "postcode": _postcodes(ground, cell, number),
        "uprn": fixed(padded(100_000_000_000 + _mix(key, 5) % 10**10, 12), ~open_air),
        "modified_at": np.full(len(key), modified_at),
    }


def _institution(number: np.ndarray) -> np.ndarray:
    """The institution of an address number, otherwise -1."""
    own = (number >= AT_INSTITUTIONS) & (number < HOMES)
    return np.where(own, number - AT_INSTITUTIONS, -1)


def _premises(ground: Ground, key, of_type, at) -> pa.Array:
    """Names of premises by location type, and of institutions."""
    names: list[str] = list(ground.institutions.names)
    index = np.where(at >= 0, at, -1)
    for kind, own in words.premises().items():
        here = (of_type == kind) & (at < 0)
        index[here] = len(names) + _mix(key[here], 6) % len(own)
        names += own
    return words.chosen(tuple(names), index)


def _streets(ground: Ground, cell: np.ndarray, key: np.ndarray) -> pa.Array:
    """A street of each address: two run through each block of two by two cells."""
    names = words.streets()
    block = (ground.i[cell] // 2) * 100_003 + ground.j[cell] // 2
    side = _mix(key, 7) % 2
    hashed = _mix(block * 2 + side, 8)
    few = len(words.of_kind("central street"))
    central = ground.towns.pull[cell] > CENTRAL_PULL
    index = np.where(central, hashed % few, few + hashed % (len(names) - few))
    return words.chosen(names, index)


def _postcodes(ground: Ground, cell: np.ndarray, number: np.ndarray) -> pa.Array:
    """A postcode: the town's district, a sector by block of cells, a unit by homes."""
    block = (ground.i[cell] // 12) * 1_009 + ground.j[cell] // 12
    unit = _mix(cell * 64 + number // 20, 9)
    inward = np.stack(
        [
            ord("0") + _mix(block, 10) % 10,
            LETTERS[unit % 20].astype(np.int64),
            LETTERS[unit // 20 % 20].astype(np.int64),
        ],
        axis=1,
    ).astype(np.uint8)
    outward = words.chosen(ground.towns.postcodes, ground.town[cell].astype(np.int32))
    return pc.binary_join_element_wise(
        outward.dictionary.take(outward.indices), fixed(inward), " "
    )


def _mix(key: np.ndarray, salt: int) -> np.ndarray:
    """A well-scattered number from 0 to 2 ** 62 for each key (splitmix64)."""
    with np.errstate(over="ignore"):
        z = key.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(2)).astype(np.int64)


def _unit(key: np.ndarray, salt: int) -> np.ndarray:
    """A number from 0 to 1 for each key."""
    return _mix(key, salt) / 2.0**62
