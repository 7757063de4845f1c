"""Data Docs: a page for every delivery that the gate has judged.

The site lives under `RASURE_HOME/data_docs`; it is a folder of plain HTML that shows
profiles of files, which hold no value from any row.
"""

from __future__ import annotations

from pathlib import Path

from rasure.landing.store import Attempt

SITE = "local"


def publish(attempt: Attempt, suite, result, folder: Path) -> Path:
    """Store a gate result and render its page; returns the site's index."""
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    folder.mkdir(parents=True, exist_ok=True)
    context = gx.get_context(mode="file", project_root_dir=folder)
    context.suites.add_or_update(suite)
    identifier = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(suite.name),
        run_id=RunIdentifier(
            run_name=f"{attempt.delivery} {attempt.delivery_id[:8]}",
            run_time=attempt.received_at,
        ),
        batch_identifier=attempt.delivery,
    )
    context.validation_results_store.set(identifier, result)
    context.build_data_docs(resource_identifiers=[identifier])
    return folder / "gx" / "uncommitted" / "data_docs" / "local_site" / "index.html"
