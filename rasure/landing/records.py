"""Write the manifest of a delivery that came without one, and the Data Docs.

Both are written after the delivery has been decided, so a fault here is logged as a
warning and changes nothing about the delivery.
"""

from __future__ import annotations

import logging
from pathlib import Path

from rasure.landing import manifest as manifests
from rasure.landing.store import Attempt, LandedFile
from rasure.settings import Settings

log = logging.getLogger(__name__)


def keep_manifest(attempt: Attempt, files: list[LandedFile]) -> Path:
    """Write a manifest of what a delivery without one held; returns its path."""
    months = sorted(file.name.month for file in files if file.name.month)
    window = {}
    if months:
        window = {"from": f"{months[0]:%Y-%m}", "to": f"{months[-1]:%Y-%m}"}
    content = {
        "source": attempt.source,
        "delivery": attempt.delivery,
        "delivery_id": attempt.delivery_id,
        "kind": attempt.kind,
        "extracted_at": None,
        "window": window,
        "files": [
            {
                "path": file.unpacked.path,
                "sha256": file.unpacked.sha256,
                "bytes": file.unpacked.bytes,
                "rows": file.rows.read,
            }
            for file in files
        ],
    }
    folder = Settings.load().home / "manifests"
    return manifests.write(folder, attempt.delivery_id[:16], content)


def keep_docs(attempt: Attempt, gate, result) -> None:
    """Add the gate's result to the Data Docs."""
    from rasure.landing.data_docs import publish

    try:
        publish(attempt, gate.suite(), result, Settings.load().data_docs)
    except Exception as error:  # a page that cannot be written stops no delivery
        log.warning("The Data Docs were not written: %s", type(error).__name__)
