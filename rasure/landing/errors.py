"""Why a delivery is turned away.

A rejection is the deliverer's to mend, so trying again without a change is useless:
schedulers treat `DeliveryRejected` as final. Each message names the delivery, the file
and, where there is one, the column, what was expected and what was found, and never
holds a value from a row.
"""

from __future__ import annotations

from rasure.errors import RasureError


class DeliveryRejected(RasureError):
    """The delivery was refused as a whole; nothing of it is in the warehouse."""

    exit_code = 4


class ArchiveUnreadable(DeliveryRejected):
    """The archive is damaged, unsafe to unpack, or larger than a delivery can be."""


class ManifestMismatch(DeliveryRejected):
    """A file of a delivery is not the one its manifest describes."""


class FilesUnexpected(DeliveryRejected):
    """It holds no file, a file of no known kind, or one of an unknown force."""


class GateFailed(DeliveryRejected):
    """A file rule failed: columns, encoding, row counts, share of rows quarantined."""


class ValueRefused(DeliveryRejected):
    """A value passed every row rule and still is not of its column's type."""


class LoaderStopped(DeliveryRejected):
    """An error that no code expects stopped the loader; nothing was kept."""


def printable(text: str, longest: int = 200) -> str:
    """A stranger's file name, fit for a terminal, a log and the database."""
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean if len(clean) <= longest else f"{clean[:longest]}…"


def sentence(
    delivery: str,
    expected: str,
    found: str,
    advice: str,
    file: str | None = None,
    column: str | None = None,
) -> str:
    """The message of a rejection: all have this form."""
    place = f"delivery {printable(delivery)}"
    if file:
        place += f", file {printable(file)}"
    if column:
        place += f", column {column}"
    return f"{place}: expected {expected}, found {found}. {advice}"
