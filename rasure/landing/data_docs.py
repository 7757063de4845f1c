"""Data Docs: a page for every delivery that the gate has judged.

The site lies under `RASURE_HOME/data_docs`: a folder of plain HTML that shows profiles
of files, which hold no value from any row. Great Expectations' own pages would fetch
styles, scripts and a logo from half a dozen hosts whenever somebody looked at one; ours
fetch nothing, so they can be read without a network, and no other host learns of it.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from importlib import resources
from pathlib import Path

from rasure.landing.store import Attempt

SITE = "local_site"
STYLES = "rasure.css"
FROM_ELSEWHERE = re.compile(
    r"<script[^>]*\ssrc=\"https?://[^>]*>\s*</script>"
    r"|<link[^>]*\shref=\"https?://[^>]*>"
    r"|<img[^>]*\ssrc=\"https?://[^>]*>"
    r"|url\('https?://[^)]*\)[^;]*",
    re.DOTALL,
)
NEWSLETTER = re.compile(r"<p>Stay current on everything GX.*?</p>", re.DOTALL)


def publish(attempt: Attempt, suite, result, folder: Path) -> Path:
    """Store a gate result and render its page; returns the site's index."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # loaders that end together take turns
        return _publish(attempt, suite, result, folder)


def _publish(attempt: Attempt, suite, result, folder: Path) -> Path:
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    context = gx.get_context(mode="file", project_root_dir=folder.parent)
    _settle(context, folder)
    context.suites.add_or_update(suite)
    of_suite = ExpectationSuiteIdentifier(suite.name)
    identifier = ValidationResultIdentifier(
        expectation_suite_identifier=of_suite,
        run_id=RunIdentifier(
            run_name=f"{attempt.delivery} {attempt.delivery_id[:8]}",
            run_time=attempt.received_at,
        ),
        batch_identifier=attempt.delivery,
    )
    result.meta["run_id"] = identifier.run_id
    context.validation_results_store.set(identifier, result)
    context.build_data_docs(resource_identifiers=[of_suite, identifier])
    _take_home(folder)
    return folder / "index.html"


def _settle(context, folder: Path) -> None:
    """Put the site into `folder`, once."""
    site = context.get_site_names() and context.variables.data_docs_sites[SITE]
    wanted = {
        "class_name": "TupleFilesystemStoreBackend",
        "base_directory": str(folder),
    }
    if site and site["store_backend"] != wanted:
        site = {**site, "store_backend": wanted, "show_how_to_buttons": False}
        context.update_data_docs_site(SITE, site)


def _take_home(folder: Path) -> None:
    """Make the pages complete: nothing is fetched from any other host."""
    styles = folder / "static" / STYLES
    with resources.as_file(resources.files("rasure.landing") / STYLES) as ours:
        shutil.copyfile(ours, styles)
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        if f"/{STYLES}" in text:
            continue
        text = NEWSLETTER.sub("", FROM_ELSEWHERE.sub("", text))
        depth = len(page.relative_to(folder).parts) - 1
        link = f'<link rel="stylesheet" href="{"../" * depth}static/{STYLES}">'
        partial = page.with_suffix(".part")
        partial.write_text(
            text.replace("</head>", f"{link}\n</head>", 1), encoding="utf-8"
        )
        partial.replace(page)
