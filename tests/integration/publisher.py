"""A web server on loopback that gives archives as the publisher does, and misbehaves.

`faults` are taken one a request, in order; None is a request served properly, and
"held" one that stops in its middle until `released` is set.
"""

from __future__ import annotations

import io
import random
import re
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context\r\n"
)


def street_file(month: str, rows: int, seed: int = 1) -> bytes:
    """A street file of `rows` crimes that packs to about 40 bytes a row."""
    chance = random.Random(f"{month}{seed}")
    lines = [
        f"{chance.randbytes(32).hex()},{month},Thames Valley Police,Thames Valley "
        "Police,-1.2,51.7,On or near High Street,E01000001,Oxford 001A,Robbery,,\r\n"
        for _ in range(rows)
    ]
    return (HEADER + "".join(lines)).encode()


def archive(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive of `files`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as target:
        for path, content in files.items():
            target.writestr(path, content)
    return packed.getvalue()


@dataclass
class Publisher:
    """What the server holds (by file name), its faults, and the requests it got."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[str | None] = field(default_factory=list)
    always: str | None = None
    etag: str = '"first"'
    modified: str = "Mon, 03 Jun 2024 09:00:00 GMT"
    replacement: dict[str, bytes] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    sent: int = 0
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def ranges(self) -> list[str]:
        """The requested ranges, in order."""
        return [headers["Range"].removeprefix("bytes=") for headers in self.requests]


@contextmanager
def serve(publisher: Publisher) -> Iterator[Publisher]:
    """Serve `publisher` on a free port of loopback; sets its `url`."""
    handler = type("Handler", (_Handler,), {"publisher": publisher})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        publisher.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield publisher
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    publisher: Publisher

    def log_message(self, *_) -> None:
        pass

    def do_GET(self) -> None:
        publisher = self.publisher
        publisher.requests.append(dict(self.headers))
        fault = publisher.faults.pop(0) if publisher.faults else publisher.always
        if fault == "replace":
            publisher.files, publisher.etag = publisher.replacement, '"second"'
        if fault == "replace again":
            publisher.etag = f'"{len(publisher.requests)}"'
        content = publisher.files.get(self.path.lstrip("/"))
        if fault == "silence":
            time.sleep(1)
            return
        if fault == "page":
            self.answer(200, b"<html>log in</html>", {"Content-Type": "text/html"})
        elif fault and fault.isdigit():
            self.answer(int(fault), b"", {"Retry-After": "0"})
        elif content is None:
            self.answer(404, b"nothing here")
        else:
            self.part(content, fault)

    def part(self, content: bytes, fault: str | None) -> None:
        span = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers["Range"])
        first, last = span[1], span[2]
        start = int(first) if first else max(0, len(content) - int(last))
        end = int(last) if first else len(content) - 1
        condition = self.headers.get("If-Range")
        current = condition in (None, self.publisher.etag, self.publisher.modified)
        headers = {
            "ETag": self.publisher.etag,
            "Last-Modified": self.publisher.modified,
        }
        if fault == "whole" or (not current and fault != "replace silently"):
            self.answer(200, content, headers)
            return
        body = content[start : end + 1]
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        if fault == "elsewhere":
            headers["Content-Range"] = f"bytes {start + 1}-{end}/{len(content)}"
        if fault == "shorter":
            body = body[: len(body) // 2]
        if fault == "wrong bytes":
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 255]) + body[middle + 1 :]
        if fault == "wrong end":
            body = body[:-22] + bytes(22)
        self.answer(206, body, headers, fault)

    def answer(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        fault: str | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):  # the client had enough
            self.send(body, fault)

    def send(self, body: bytes, fault: str | None) -> None:
        if fault in ("drop", "truncate"):
            body = body[: len(body) // 2]
        pieces = [body]
        if fault == "trickle":
            pieces = [body[place : place + 1] for place in range(len(body))]
        if fault == "held":
            middle = len(body) // 2
            self.wfile.write(body[:middle])
            self.wfile.flush()
            self.publisher.sent += middle
            self.publisher.released.wait(timeout=120)
            pieces = [body[middle:]]
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            self.publisher.sent += len(piece)
            if len(pieces) > 1:
                time.sleep(0.05)
        if fault == "drop":
            linger = struct.pack("ii", 1, 0)  # closes with a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
