"""The manifest: what a delivery states of itself.

    {"source": "police_uk", "kind": "full", "extracted_at": null,
     "window": {"from": "2024-01", "to": "2024-03"},
     "files": [{"path": "…", "sha256": "…", "bytes": 1, "rows": 1}]}

A delivery's identity is the hash of its files' hashes, in the order of their paths, so
that the same content is recognised in an archive, in a folder, or under another name.
Where each force has its own words (records-management systems), there must be a
manifest that states all of it. The force, the kind and the time of the extract are then
part of the identity: an extract without a change is news too.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from rasure.landing.delivery import UNREADABLE, Delivery, is_damage
from rasure.landing.errors import ManifestMismatch, printable, sentence
from rasure.sources import get
from rasure.sources.contract import MANIFEST, Source

ENCODINGS = ("utf-8", "cp1252")
FORM = "JSON with source, kind and files (path, sha256, bytes, rows)"
MOMENT = "a time with its offset, between 1900 and 2200"
YEARS = range(1900, 2200)
COUNTS = range(10**15)
MOMENTS = ("extracted_at", "window.from", "window.to")
ADVICE = "Ask for the delivery again, or have its manifest written again."


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
    force: str | None = None
    window: tuple[datetime | None, datetime | None] = (None, None)
    encoding: str | None = None  # of its files, where it is not the contract's
    content: dict = field(default_factory=dict)
    said: str = ""  # what of it is part of the delivery's identity


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
        stated = [_stated(entry) for entry in content["files"]]
        stated_source, kind = content["source"], content.get("kind", "full")
        extracted = content.get("extracted_at")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise refuse(FORM, "something else") from None
    except UNREADABLE as error:
        if not is_damage(error):
            raise
        raise refuse("a file whose bytes match its checksum", "damaged data") from None
    files = {file.path: file for file in stated}
    if len(files) < len(stated):
        raise refuse("each file once in its list", "one of them twice")
    extracted_at = _moment(extracted)
    if extracted and extracted_at is None:
        raise refuse(f"extracted_at, {MOMENT}", "none that can be read")
    if stated_source != source:
        raise refuse(f"source '{source}'", "another source")
    if kind not in ("full", "delta"):
        raise refuse("kind 'full' or 'delta'", "another kind")
    held = {member.path for member in delivery.data()}
    for path in sorted(files.keys() - held):
        raise refuse("the file that the manifest lists", "no such file", path)
    for path in sorted(held - files.keys()):
        raise refuse("no file that the manifest does not list", "this file", path)
    return Manifest(kind, extracted_at, files, content=content)


def open_contract(delivery: Delivery, source: str) -> tuple[Manifest, Source]:
    """The delivery's manifest (an empty one where none is needed) and the contract to
    read it by, in its force's words where forces have their own."""
    contract = get(source)
    if contract.of_force is None:
        return read(delivery, source) or Manifest(), contract
    manifest = required(delivery, source, contract.known_forces())
    contract, encoding = contract.of_force(manifest.force), manifest.encoding
    if encoding:
        kinds = contract.kinds.items()
        stated = {"encodings": (encoding,), "is_encoding_stated": True}
        kinds = {name: replace(k, **stated) for name, k in kinds}
        contract = replace(contract, kinds=kinds)
    return manifest, contract


def stated_identity(delivery: Delivery, source: str) -> str | None:
    """The identity that follows from what its manifest states, where it must state all;
    None where its files have to be hashed for it, or are plainly not the stated ones.
    """
    contract = get(source)
    if contract.of_force is None:
        return None
    manifest = required(delivery, source, contract.known_forces())
    if any(file.size != manifest.files[file.path].bytes for file in delivery.data()):
        return None
    hashes = {path: file.sha256 for path, file in manifest.files.items()}
    return identity(hashes, manifest.said)


def required(delivery: Delivery, source: str, forces: set[str]) -> Manifest:
    """The manifest of a delivery that must have one and state everything in it.

    Raises `ManifestMismatch` with what is missing or cannot be.
    """
    manifest = read(delivery, source)

    def refuse(expected: str, found: str, file: str = MANIFEST):
        return ManifestMismatch(sentence(delivery.name, expected, found, ADVICE, file))

    if manifest is None:
        raise refuse("a manifest with force, kind, window and files", "none")
    content = manifest.content
    force = content.get("force")
    if not isinstance(force, str) or force not in forces:
        raise refuse(
            f"a force that has a mapping ({', '.join(sorted(forces))})",
            f"'{printable(force, 40)}'" if isinstance(force, str) and force else "none",
        )
    if "kind" not in content:
        raise refuse("kind 'full' or 'delta'", "none")
    window = content.get("window")
    window = window if isinstance(window, dict) else {}
    moments = [_moment(content.get("extracted_at"))]
    moments += [_moment(window.get("from")), _moment(window.get("to"))]
    for name, moment in zip(MOMENTS, moments, strict=True):
        if moment is None:
            raise refuse(f"{name}, {MOMENT}", "none that can be read")
    extracted_at, start, end = moments
    if not start <= end <= extracted_at:
        raise refuse(
            "a window that ends after it begins, and no later than the extract",
            "another",
        )
    encoding = content.get("encoding")
    if encoding not in (None, *ENCODINGS):
        raise refuse(f"encoding {' or '.join(ENCODINGS)}, or none", "another")
    for path, file in manifest.files.items():
        if None in (file.sha256, file.bytes, file.rows):
            raise refuse("its sha256, bytes and rows in the manifest", "none", path)
    said = f"{force} {manifest.kind} {extracted_at.astimezone(UTC).isoformat()}"
    return replace(
        manifest,
        force=force,
        extracted_at=extracted_at,
        window=(start, end),
        encoding=encoding,
        said=said,
    )


def _moment(text) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo and moment.year in YEARS else None


def _stated(entry: dict) -> StatedFile:
    """One file of the manifest's list; raises `TypeError` for words of another type."""
    path, sha256 = entry["path"], entry.get("sha256")
    numbers = entry.get("bytes"), entry.get("rows")
    if not isinstance(path, str) or not isinstance(sha256, str | None):
        raise TypeError
    for number in numbers:
        if number is not None and (type(number) is not int or number not in COUNTS):
            raise TypeError
    path = path.replace("\\", "/")  # as Windows writes it
    return StatedFile(path, sha256 and sha256.lower(), *numbers)


def identity(hashes: dict[str, str], said: str = "") -> str:
    """The delivery's identity from each file's path and SHA-256 (hexadecimal), and from
    what else its manifest `said`."""
    lines = sorted(f"{PurePosixPath(path).name} {sha}" for path, sha in hashes.items())
    lines += [said] if said else []
    return hashlib.sha256("\n".join(lines).encode(errors="replace")).hexdigest()


def write(folder: Path, name: str, content: dict) -> Path:
    """Keep a manifest for a delivery that came without one; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(path)
    return path
