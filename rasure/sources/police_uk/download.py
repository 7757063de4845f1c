"""Download data.police.uk by force and months, as a delivery that can be landed.

The publisher keeps one archive a month, `data/archive/YYYY-MM.zip`, with every force
and the 36 months up to it. Only the requested members are fetched; older months come
from an earlier archive. An archive holds the outcomes known when it was made, so the
newest archive that holds a month is used.
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from rasure.errors import RasureError
from rasure.geography import force_name
from rasure.settings import Settings
from rasure.sources.delivery_folder import (
    STATE,
    Downloaded,
    finish,
    finished,
    read_json,
    unfinished_folder,
    write_json,
)
from rasure.sources.errors import DownloadFailed, FileChanged
from rasure.sources.fetching import Identity, Patience, RemoteFile
from rasure.sources.remote_zip import Fetched, RemoteZip

BASE_URL = "https://data.police.uk/data/archive"
KINDS = ("street", "outcomes", "stop-and-search")
MONTHS_AN_ARCHIVE = 36
RESTARTS = 3

Progress = Callable[[str, int, int], None]


class UnknownChoice(RasureError):
    """Months or kinds of file that do not exist."""

    exit_code = 2


def months_between(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, both `YYYY-MM`; raises `UnknownChoice`."""
    for month in (first, last):
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
            raise UnknownChoice(f"{month!r} is no month. Write it as 2024-01.")
    start, end = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last))
    if start > end:
        raise UnknownChoice(f"The months run backwards, from {first} to {last}.")
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(start, end + 1)]


def download(
    force: str,
    first: str,
    last: str,
    kinds: tuple[str, ...] = KINDS,
    folder: Path | None = None,
    base_url: str = BASE_URL,
    patience: Patience | None = None,
    progress: Progress = lambda *_: None,
) -> Downloaded:
    """Fetch a force's files of `first` to `last` into a folder, with a manifest.

    An interrupted download is continued; a finished one is left as it is
    (`was_there`). `progress` is called with a file's path, the packed bytes received
    and the packed bytes in all. Raises `UnknownForce`, `UnknownChoice`, `FolderInUse`,
    `DownloadFailed`, and `SetupError` when the disk is full.
    """
    force_name(force)
    months = months_between(first, last)
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownChoice(f"{kind!r} is no kind of file: {', '.join(KINDS)}.")
    if folder is None:
        folder = Settings.load().home / "downloads" / f"{force}_{first}_{last}"
    request = {
        "force": force,
        "months": months,
        "kinds": sorted(kinds),
        "from": base_url,
    }
    if earlier := finished(folder, request):
        return earlier
    with unfinished_folder(folder) as work:
        if earlier := finished(folder, request):  # by a download that just ended
            return earlier
        downloaded = _fetch_all(work, request, patience or Patience(), progress)
        return finish(work, folder, request, downloaded)


def _fetch_all(
    work: Path, request: dict, patience: Patience, progress: Progress
) -> Downloaded:
    """Fetch every month from as few archives as possible, the newest first."""
    downloaded = Downloaded(work)
    months = request["months"]
    with httpx.Client(timeout=patience.silence, follow_redirects=True) as client:
        for end in range(len(months), 0, -MONTHS_AN_ARCHIVE):
            span = months[max(0, end - MONTHS_AN_ARCHIVE) : end]
            url = f"{request['from'].rstrip('/')}/{span[-1]}.zip"
            paths = [
                f"{month}/{month}-{request['force']}-{kind}.csv"
                for month in span
                for kind in request["kinds"]
            ]
            remote, files = _persist(
                lambda url=url: RemoteFile(client, url, patience), work, paths, progress
            )
            downloaded.files |= files
            downloaded.missing += [path for path in paths if path not in files]
            if downloaded.extracted_at is None and remote.identity.modified:
                modified = parsedate_to_datetime(remote.identity.modified)
                downloaded.extracted_at = modified.isoformat()
    if not downloaded.files:
        kinds = ", ".join(request["kinds"])
        raise DownloadFailed(
            f"The publisher has no {kinds} file of {request['force']} from {months[0]} "
            f"to {months[-1]}."
        )
    return downloaded


def _persist(
    new_remote: Callable[[], RemoteFile],
    work: Path,
    paths: list[str],
    progress: Progress,
) -> tuple[RemoteFile, dict[str, Fetched]]:
    """Fetch from one archive; start again if it is replaced in the meantime."""
    for restart in range(1, RESTARTS + 1):
        remote = new_remote()
        try:
            return remote, _fetch_archive(remote, work, paths, progress)
        except FileChanged:
            if restart == RESTARTS:
                raise
    raise AssertionError("the last round returns or raises")


def _fetch_archive(
    remote: RemoteFile, work: Path, paths: list[str], progress: Progress
) -> dict[str, Fetched]:
    """Fetch and verify those of `paths` that the archive has."""
    archive = RemoteZip(remote)
    _delete_parts_of_other_versions(work, remote.url, remote.identity)
    entries = {path: archive.members[path] for path in paths if path in archive.members}
    needed = sum(entry.file_size for entry in entries.values())
    if needed > shutil.disk_usage(work).free:
        raise OSError(errno.ENOSPC, "no room for the files")
    total = sum(entry.compress_size for entry in entries.values())
    files: dict[str, Fetched] = {}
    before = 0
    for path, entry in entries.items():

        def show(held: int, path: str = path, before: int = before) -> None:
            progress(path, before + held, total)

        files[path] = archive.fetch(entry, work / path, show)
        before += entry.compress_size
    return files


def _delete_parts_of_other_versions(work: Path, url: str, identity: Identity) -> None:
    """Delete partly fetched members if they are of another version of the archive."""
    state = read_json(work / STATE)
    if state.get(url) != asdict(identity):
        for part in work.rglob(".*.part"):
            part.unlink()
        write_json(work / STATE, {**state, url: asdict(identity)})
