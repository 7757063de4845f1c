"""Records-management deliveries at fault, and what must be true of a refusal."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from rasure.landing import DeliveryRejected, land
from tests.niche_files import EXTRACTED, delivery, row

FILE = "GOccurrence.csv"
NAME = "Zebedee"


def occurrences(count: int, **changes) -> list[dict]:
    texts = {"mo_text": f'{NAME} said "no",\nthen left', **changes}
    at = {"modified_at": EXTRACTED - timedelta(hours=3)}
    return [row("occurrences", n, **{**at, **texts}) for n in range(1, count + 1)]


def refused(connection, tmp_path, rows, change=None, **said) -> str:
    path = delivery(tmp_path, {"occurrences": rows}, change=change, **said)
    with pytest.raises(DeliveryRejected) as caught:
        land("niche_rms", path)
    message = str(caught.value)
    assert path.name in message
    assert NAME not in message
    told = connection.execute("select state, error from ops.deliveries").fetchall()
    assert told[-1] == ("rejected", message)
    return message


def held(connection) -> int:
    query = (
        "select (select count(*) from raw.niche_occurrences)"
        " + (select count(*) from quarantine.niche_occurrences)"
    )
    return connection.execute(query).fetchone()[0]


def with_content(alter, restate: bool = True):
    """A change of the file's bytes, restated in the manifest (but for its rows)."""

    def change(files, manifest):
        files[FILE] = alter(files[FILE])
        if restate:
            sha256 = hashlib.sha256(files[FILE]).hexdigest()
            manifest["files"][0].update(sha256=sha256, bytes=len(files[FILE]))

    return change
