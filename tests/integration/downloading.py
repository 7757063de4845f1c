"""A publisher with a small country, and a download from it that does not dawdle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rasure.sources.delivery_folder import Downloaded
from rasure.sources.fetching import Patience
from rasure.sources.police_uk.download import download
from tests.integration.publisher import Publisher, archive, serve, street_file

FORCE = "thames-valley"
MONTHS = ("2024-01", "2024-02")
HURRY = Patience(
    attempts=3, first_wait=0.01, longest_wait=0.05, silence=0.4, slowest=2000
)


def path_of(month: str, kind: str = "street", force: str = FORCE) -> str:
    return f"{month}/{month}-{force}-{kind}.csv"


FILES = {path_of(month): street_file(month, 5000) for month in MONTHS}
COUNTRY = {
    path_of("2024-01", force="kent"): street_file("2024-01", 20_000),
    **FILES,
    path_of("2024-01", force="sussex"): street_file("2024-01", 20_000),
}
NEWER = {path_of(month): street_file(month, 4000, seed=2) for month in MONTHS}


@contextmanager
def country() -> Iterator[Publisher]:
    """A running publisher whose archive of 2024-02 holds more than one force."""
    with serve(Publisher({"2024-02.zip": archive(COUNTRY)})) as running:
        running.replacement = {"2024-02.zip": archive(NEWER)}
        yield running


def fetch(publisher: Publisher, folder: Path, **choices) -> Downloaded:
    choices = {"kinds": ("street",), "patience": HURRY, **choices}
    return download(
        FORCE, *MONTHS, folder=folder / "done", base_url=publisher.url, **choices
    )


def held(folder: Path) -> dict[str, bytes]:
    """Every file with data under `folder`, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.csv")
        if not path.name.startswith(".")
    }
