"""The manifest: what a delivery says of itself, or what was found in one that has none.

    {"source": "police_uk", "kind": "full", "extracted_at": null,
     "window": {"from": "2024-01", "to": "2024-03"},
     "files": [{"path": "…", "sha256": "…", "bytes": 1, "rows": 1}]}

A delivery's identity is the hash of its files' hashes, in the order of their paths, so
that the same content is known again from an archive, a folder, or under another name.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from rasure.landing.delivery import MANIFEST, Delivery
from rasure.landing.errors import ManifestMismatch, sentence

ADVICE = "Ask for the delivery again, or have its manifest made anew."


@dataclass(frozen=True)
class StatedFile:
    """What a manifest says of one file; None where it says nothing."""

    path: str
    sha256: str | None = None
    bytes: int | None = None
    rows: int | None = None


@dataclass(frozen=True)
class Manifest:
    """A manifest as it was read."""

    kind: str = "full"
    extracted_at: datetime | None = None
    files: dict[str, StatedFile] = field(default_factory=dict)


def read(delivery: Delivery, source: str) -> Manifest | None:
    """The delivery's own manifest, or None; raises `ManifestMismatch` when it is not
    one, is another source's, or lists other files than the delivery holds."""
    member = delivery.manifest()
    if member is None:
        return None

    def refuse(expected: str, found: str, file: str = MANIFEST):
        return ManifestMismatch(sentence(delivery.name, expected, found, ADVICE, file))

    try:
        with member.open() as stream:
            content = json.loads(stream.read(64 * 2**20))
        files = {
            entry["path"]: StatedFile(
                entry["path"],
                entry.get("sha256"),
                entry.get("bytes"),
                entry.get("rows"),
            )
            for entry in content["files"]
        }
        stated_source, kind = content["source"], content.get("kind", "full")
        extracted = content.get("extracted_at")
        extracted_at = datetime.fromisoformat(extracted) if extracted else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refuse(
            "JSON with source, kind and files (path, sha256, bytes, rows)",
            "something else",
        ) from error
    if stated_source != source:
        raise refuse(f"source '{source}'", "another source")
    if kind not in ("full", "delta"):
        raise refuse("kind 'full' or 'delta'", "another kind")
    held = {member.path for member in delivery.data()}
    for path in sorted(files.keys() - held):
        raise refuse("the file that the manifest lists", "no such file", path)
    for path in sorted(held - files.keys()):
        raise refuse("no file that the manifest does not list", "this file", path)
    return Manifest(kind, extracted_at, files)


def identity(hashes: dict[str, str]) -> str:
    """The delivery's identity from each file's path and SHA-256 (hexadecimal)."""
    lines = sorted(f"{PurePosixPath(path).name} {sha}" for path, sha in hashes.items())
    return hashlib.sha256("\n".join(lines).encode(errors="replace")).hexdigest()


def write(folder: Path, name: str, content: dict) -> Path:
    """Keep a manifest for a delivery that came without one; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(path)
    return path
