"""Faults of fetching a source, in words that say what to do."""

from __future__ import annotations

from rasure.errors import RasureError


class DownloadFailed(RasureError):
    """A download that could not be finished; the fetched parts are kept."""


class NotPublished(DownloadFailed):
    """The publisher does not have the requested file."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(
            f"The publisher has nothing at {url} (answer {status}). A month is "
            "published about two months after it ends; choose an earlier --to."
        )


class FileChanged(DownloadFailed):
    """The file on the server was replaced while it was being read."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} was replaced while it was being read. Run the same command again."
        )


class RangesRefused(DownloadFailed):
    """The server does not serve parts of a file."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"The server does not give parts of {url}, and the whole is the entire "
            "country. Choose the force and months at https://data.police.uk/data/ and "
            "land the ZIP archive that it gives."
        )


class FolderInUse(RasureError):
    """The folder holds something else, or another download writes to it."""
