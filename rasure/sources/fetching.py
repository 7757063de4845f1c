"""Read parts of a file on a web server, in spite of faults of the network and server.

A request that fails for a reason that can pass (no answer, a lost connection, a fault
of the server, a slow answer) is repeated with growing waits, a limited number of times.
The received bytes are kept, so that a later request, or a later run, fetches only the
rest. The size, ETag and date of every answer must equal those of the first.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import tenacity

from rasure.sources.errors import (
    DownloadFailed,
    FileChanged,
    NotPublished,
    RangesRefused,
)

WORTHWHILE = 64 * 1024  # bytes; an attempt that brought as many was no failure
TRANSIENT_STATUSES = {408, 425, 429}  # and every 5xx


@dataclass(frozen=True)
class Patience:
    """The limits of retrying.

    `first_wait` and `longest_wait` are seconds between attempts, `silence` is seconds
    without an answer, and `slowest` is the fewest bytes a second.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 30.0
    silence: float = 30.0
    slowest: int = 1024


class Transient(Exception):
    """A fault that may pass; `retry_after` is the server's `Retry-After` in seconds."""

    def __init__(self, fault: str, retry_after: float = 0.0) -> None:
        super().__init__(fault)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Identity:
    """The size, ETag and date that identify one version of a file on a server."""

    size: int
    etag: str | None
    modified: str | None

    @property
    def validator(self) -> str | None:
        """The value for `If-Range`: a strong ETag, otherwise the date."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.modified


class RemoteFile:
    """One file on a server, read by byte ranges (RFC 9110, section 14).

    The first read sets `identity`; a later answer of another version raises
    `FileChanged`. A server that sends the whole file instead of a part raises
    `RangesRefused`.
    """

    def __init__(self, client: httpx.Client, url: str, patience: Patience) -> None:
        self.client = client
        self.url = url
        self.patience = patience
        self.identity: Identity | None = None

    def read_end(self, length: int) -> bytes:
        """The last `length` bytes, or all bytes of a shorter file."""
        return self.retried(lambda: self._read(f"-{length}", None))

    def read(self, start: int, length: int) -> bytes:
        """Exactly `length` bytes from `start`."""
        span = f"{start}-{start + length - 1}"
        return self.retried(lambda: self._read(span, length))

    def save(
        self, part: Path, start: int, length: int, progress: Callable[[int], None]
    ) -> None:
        """Append to `part` until it holds the `length` bytes from `start`.

        `progress` is called with the number of bytes that `part` holds.
        """
        part.touch()
        while (held := part.stat().st_size) < length:
            progress(held)
            self.retried(lambda: self._append(part, start, length, progress))
        if held > length:  # the file is not of this member
            part.unlink()
            self.save(part, start, length, progress)

    def retried(self, attempt: Callable):
        """Call `attempt` until it raises no `Transient`, a limited number of times.

        Raises `DownloadFailed` with the last fault when no attempt succeeds.
        """
        growing_wait = tenacity.wait_exponential_jitter(
            multiplier=self.patience.first_wait,
            max=self.patience.longest_wait,
            jitter=self.patience.first_wait,
        )

        def wait(state: tenacity.RetryCallState) -> float:
            retry_after = state.outcome.exception().retry_after
            return max(
                growing_wait(state), min(retry_after, self.patience.longest_wait)
            )

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.patience.attempts),
            wait=wait,
            retry=tenacity.retry_if_exception_type(Transient),
            reraise=True,
        )
        try:
            return retrying(attempt)
        except Transient as fault:
            raise DownloadFailed(
                f"{self.url} could not be read: {fault}, {self.patience.attempts} "
                "times in a row. The received part is kept; run the same command again "
                "to continue from there."
            ) from fault

    def _read(self, span: str, length: int | None) -> bytes:
        with closing(self._stream(span)) as chunks:
            content = b"".join(chunks)
        if length is not None and len(content) != length:
            raise Transient(f"{len(content):,} of {length:,} bytes came")
        return content

    def _append(
        self, part: Path, start: int, length: int, progress: Callable[[int], None]
    ) -> None:
        before = held = part.stat().st_size
        span = f"{start + held}-{start + length - 1}"
        try:
            with part.open("ab") as out, closing(self._stream(span)) as chunks:
                for chunk in chunks:
                    out.write(chunk[: length - held])
                    held = min(length, held + len(chunk))
                    progress(held)
            if held < length:
                raise Transient(f"{held:,} of {length:,} bytes came")
        except Transient:
            if held - before < WORTHWHILE:
                raise

    def _stream(self, span: str) -> Iterator[bytes]:
        """One request for a range; faults that may pass become `Transient`."""
        headers = {"Range": f"bytes={span}", "Accept-Encoding": "identity"}
        if self.identity and self.identity.validator:
            headers["If-Range"] = self.identity.validator
        try:
            with self.client.stream("GET", self.url, headers=headers) as answer:
                self._check(answer, span)
                yield from self._paced(answer)
        except httpx.TimeoutException as error:
            raise Transient("the server fell silent") from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise DownloadFailed(
                f"{self.url} is not a web address. Correct it."
            ) from error
        except httpx.ConnectError as error:
            raise Transient("there is no connection to the server") from error
        except (httpx.TransportError, httpx.StreamError) as error:
            raise Transient("the connection broke") from error
        except httpx.TooManyRedirects as error:
            raise DownloadFailed(f"{self.url} redirects in a circle.") from error

    def _paced(self, answer: httpx.Response) -> Iterator[bytes]:
        """The answer's bytes; raises `Transient` if they come too slowly."""
        since, received = time.monotonic(), 0
        for chunk in answer.iter_raw():
            received += len(chunk)
            yield chunk
            waited = time.monotonic() - since
            if waited >= self.patience.silence:
                if received < self.patience.slowest * waited:
                    raise Transient("the answer only trickled")
                since, received = time.monotonic(), 0

    def _check(self, answer: httpx.Response, span: str) -> None:
        status = answer.status_code
        if status >= 500 or status in TRANSIENT_STATUSES:
            seconds = answer.headers.get("Retry-After", "")
            raise Transient(
                f"the server answered {status}",
                float(seconds) if seconds.isdigit() else 0.0,
            )
        if status in (403, 404, 410):
            raise NotPublished(self.url, status)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise DownloadFailed(
                f"{self.url} answers with a web page, not with an archive. Check the "
                "address, and whether the network asks for a login."
            )
        content_range = re.fullmatch(
            r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("Content-Range", "")
        )
        etag = answer.headers.get("ETag")
        if self.identity and (
            status in (412, 416) or (status == 200 and etag != self.identity.etag)
        ):
            raise FileChanged(self.url)
        if status == 200:
            raise RangesRefused(self.url)
        if status != 206 or not content_range:
            raise DownloadFailed(f"{self.url} gave an unexpected answer ({status}).")
        size = int(content_range[3])
        identity = Identity(size, etag, answer.headers.get("Last-Modified"))
        if self.identity and identity != self.identity:
            raise FileChanged(self.url)
        is_from_end = span.startswith("-")
        if not is_from_end and int(content_range[1]) != int(span.split("-")[0]):
            raise Transient("the server sent another part than was requested")
        self.identity = identity
