"""The rows that the bench runs on: two archives of Thames Valley, or what is shipped.

The archives lie in `../shared/data/police_uk`, beside the checkout; where they are
absent the three months that come with the reference packages are used instead.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from rasure.settings import CHECKOUT
from rasure.sources.police_uk.contract import STREET, read_name

SHARED = CHECKOUT.parent / "shared" / "data" / "police_uk"
ARCHIVES = (
    "thames-valley-2018-06_2019-02.zip",
    "thames-valley-2024-01_2025-06.zip",
)
SHIPPED = (
    CHECKOUT / ".venv" / "reference" / "crime_sim_toolkit" / "tests" / "testing_data"
) / "test_policedata"


@dataclass(frozen=True)
class Rows:
    """The deliveries as folders of plain files, those files, and their force."""

    deliveries: tuple[Path, ...]
    files: tuple[Path, ...]
    force: str


def lay_out(folder: Path) -> Rows:
    """Lay the deliveries out as folders of plain files, so that landing and floor read
    the same bytes; a ZIP archive would have to be inflated as well."""
    found = tuple(SHARED / name for name in ARCHIVES if (SHARED / name).exists())
    if len(found) < len(ARCHIVES):
        files = tuple(sorted(SHIPPED.glob(f"*/*-{STREET.name}.csv")))
        return Rows((SHIPPED,), files, "west-yorkshire")
    deliveries, files = [], []
    for archive in found:
        delivery = folder / archive.stem
        with zipfile.ZipFile(archive) as zipped:
            names = [name for name in zipped.namelist() if read_name(name)]
            files += [Path(zipped.extract(name, delivery)) for name in names]
        deliveries.append(delivery)
    return Rows(tuple(deliveries), tuple(files), "thames-valley")
