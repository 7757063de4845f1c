"""The rows that the bench runs on: two archives of Thames Valley, or shipped months.

The archives are in `../shared/data/police_uk`, next to the checkout. If they are
absent, the three months that come with the reference packages are used instead.
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
    """Unpack the deliveries as folders of plain files.

    So landing and its floor read the same bytes; landing would have to inflate a ZIP
    archive as well.
    """
    archives = tuple(SHARED / name for name in ARCHIVES if (SHARED / name).exists())
    if len(archives) < len(ARCHIVES):
        files = tuple(sorted(SHIPPED.glob(f"*/*-{STREET.name}.csv")))
        return Rows((SHIPPED,), files, "west-yorkshire")
    deliveries, files = [], []
    for archive in archives:
        delivery = folder / archive.stem
        with zipfile.ZipFile(archive) as zipped:
            names = [name for name in zipped.namelist() if read_name(name)]
            files += [Path(zipped.extract(name, delivery)) for name in names]
        deliveries.append(delivery)
    return Rows(tuple(deliveries), tuple(files), "thames-valley")
