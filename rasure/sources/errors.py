"""What can go wrong with fetching a source, in words that say what to do."""

from __future__ import annotations

from rasure.errors import RasureError


class DownloadFailed(RasureError):
    """A download that could not be finished; what came is kept for the next try."""


class NotPublished(DownloadFailed):
    """The publisher does not have what was asked for."""

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
    """The server gives a file only whole."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"The server does not give parts of {url}, and the whole is the entire "
            "country. Choose the force and months at https://data.police.uk/data/ and "
            "land the ZIP archive that it gives."
        )


class FolderTaken(RasureError):
    """The folder to download to holds something else, or is being downloaded to."""
