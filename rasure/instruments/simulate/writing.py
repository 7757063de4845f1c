"""A delivery folder: CSV files block by block, their hashes, and the manifest.

Blocks are rendered on every processor and written in order, so that the bytes never
depend on how many there are.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from rasure.instruments.simulate import render
from rasure.sources.niche_rms.entities import ENTITIES
from rasure.sources.niche_rms.mapping import Mapping

BLOCK = 100_000  # rows


def length(table: dict) -> int:
    """The number of rows of a table."""
    return len(next(iter(table.values())))


def write_delivery(
    folder: Path,
    tables: dict[str, dict],
    mapping: Mapping,
    kind: str,
    window: tuple[datetime, datetime],
    say: Callable[[str], None] = lambda text: None,
) -> Path:
    """Write `niche_rms-<force>-<kind>-<stamp>/` into `folder`; returns its path.

    `window` is (from, to) in UTC; the extract is made at its end. A delivery of that
    name that is there already is replaced, and nothing half-written is ever under it.
    """
    extracted_at = window[1].astimezone(UTC)
    stamp = extracted_at.strftime("%Y%m%dT%H%M%SZ")
    path = folder / f"niche_rms-{mapping.force}-{kind}-{stamp}"
    partial = folder / f".{path.name}.part"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    files = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for entity in ENTITIES:
            if entity in tables and entity in mapping.entities:
                files.append(
                    write_table(partial, entity, tables[entity], mapping, pool)
                )
                say(f"{files[-1]['path']}: {files[-1]['rows']:,} rows")
    manifest = {
        "source": "niche_rms",
        "force": mapping.force,
        "kind": kind,
        "extracted_at": extracted_at.isoformat(),
        "window": {"from": window[0].isoformat(), "to": extracted_at.isoformat()},
        "files": files,
    }
    (partial / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    shutil.rmtree(path, ignore_errors=True)
    partial.replace(path)
    return path


def write_table(
    folder: Path,
    entity: str,
    table: dict,
    mapping: Mapping,
    pool: ThreadPoolExecutor,
) -> dict:
    """Write one file; returns its entry in the manifest."""
    name = f"{mapping.entities[entity].file}.csv"
    rows = length(table)
    digest, size = hashlib.sha256(), 0
    slices = [slice(at, min(at + BLOCK, rows)) for at in range(0, rows, BLOCK)]
    with (folder / name).open("wb") as file:
        head = render.header(entity, mapping)
        for chunk in (head, *_ordered(pool, entity, table, slices, mapping)):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return {"path": name, "sha256": digest.hexdigest(), "bytes": size, "rows": rows}


def _ordered(pool, entity, table, slices, mapping):
    """The blocks in order; a few are rendered ahead of the one being written."""
    ahead = []
    for rows in slices:
        ahead.append(pool.submit(render.block, entity, table, rows, mapping))
        if len(ahead) > 3:
            yield ahead.pop(0).result()
    for block in ahead:
        yield block.result()
