"""Look for secrets in the files of the tree, or in every version of them in history.

detect-secrets judges. Its rules look at one line at a time, so each line is judged once
for each kind of file, in however many versions and files it stands. `reviewed.toml`
names what was found and is no secret, by a hash.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import get_plugins, scan_file
from detect_secrets.settings import transient_settings

REVIEWED = Path(__file__).with_name("reviewed.toml")
# A line of that file is itself random text.
LINE_OF_REVIEWED = re.compile(r'\s*"[0-9a-f]{64}",')
# Of detect-secrets' own filters all but the one by which a comment in a line hides it.
FILTERS = (
    "is_sequential_string",
    "is_potential_uuid",
    "is_likely_id_string",
    "is_templated_secret",
    "is_prefixed_with_dollar_sign",
    "is_indirect_reference",
    "is_not_alphanumeric_string",
)
# Files whose values have no quotation marks; the rules of random text need them.
UNQUOTED = {".cfg", ".conf", ".env", ".example", ".ini", ".toml", ".yaml", ".yml"}
VALUE = re.compile(r"^\s*(?:- )?[\w.-]+\s*[:=]\s*(?P<value>[^\s\"'#]+)\s*$")
# The secret key of a backup, which detect-secrets does not know.
AGE_KEY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{58}")
AGE_KIND = "Secret key of age"


@dataclass(frozen=True)
class Place:
    """Where a line stands: the file, its line number, and in history its blob."""

    path: str
    number: int
    blob: str | None = None

    def __str__(self) -> str:
        version = f" in {self.blob[:12]}" if self.blob else ""
        return f"{self.path}:{self.number}{version}"


@dataclass(frozen=True)
class Finding:
    """What looks like a secret. It holds a hash of the text, never the text."""

    place: Place
    kind: str
    digest: str

    def __str__(self) -> str:
        return f"{self.place}: {self.kind} ({self.digest})"


def in_tree(checkout: Path) -> Iterator[tuple[Place, str]]:
    """Each line of the files that git would add or has, as they are on the disk."""
    listing = _git(
        checkout, "ls-files", "-z", "--cached", "--others", "--exclude-standard"
    )
    for name in sorted(set(listing.split(b"\0")) - {b""}):
        file = checkout / name.decode()
        if file.is_file() and not file.is_symlink():
            yield from _lines(file.read_bytes(), name.decode(), None)


def in_history(checkout: Path) -> Iterator[tuple[Place, str]]:
    """Each line of each version of each file that any branch or tag leads to."""
    listing = _git(checkout, "rev-list", "--objects", "--all").decode()
    paths: dict[str, str] = {}
    for line in listing.splitlines():
        blob, _, path = line.partition(" ")
        paths.setdefault(blob, path)
    with subprocess.Popen(
        ["git", "-C", str(checkout), "cat-file", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as git:
        for blob, path in paths.items():
            git.stdin.write(f"{blob}\n".encode())
            git.stdin.flush()
            _, kind, size = git.stdout.readline().split()
            content = git.stdout.read(int(size) + 1)[:-1]
            if kind == b"blob":
                yield from _lines(content, path, blob)
            elif kind in (b"commit", b"tag"):
                yield from _lines(content, f"message of {kind.decode()}", blob)
        git.stdin.close()


def _git(checkout: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(checkout), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def _lines(content: bytes, path: str, blob: str | None) -> Iterator[tuple[Place, str]]:
    for number, line in enumerate(content.decode(errors="replace").split("\n"), 1):
        yield Place(path, number, blob), line


def find(lines: Iterable[tuple[Place, str]]) -> list[Finding]:
    """What looks like a secret in these lines, each once, at its first place."""
    findings: dict[tuple[str, str], Finding] = {}
    with transient_settings(_settings()):
        for suffix, places in _suspects(lines).items():
            for kind, value, place in _judged(suffix, places):
                digest = digest_of(value)
                findings.setdefault((kind, digest), Finding(place, kind, digest))
    return list(findings.values())


def digest_of(value: str) -> str:
    """The hash by which `reviewed.toml` names a text."""
    return hashlib.sha256(value.encode()).hexdigest()


def reviewed() -> dict[str, str]:
    """Why what has a hash is no secret, by the hash."""
    groups = tomllib.loads(REVIEWED.read_text())["group"]
    return {digest: one["why"] for one in groups for digest in one["hashes"]}


def _settings() -> dict[str, list[dict[str, str]]]:
    plugins = get_mapping_from_secret_type_to_class().values()
    return {
        "plugins_used": [{"name": plugin.__name__} for plugin in plugins],
        "filters_used": [
            {"path": f"detect_secrets.filters.heuristic.{name}"} for name in FILTERS
        ],
    }


def _suspects(lines: Iterable[tuple[Place, str]]) -> dict[str, dict[str, Place]]:
    """The lines in which a rule sees something, with their first place, by suffix.

    It asks the rules without the filters, which is five times as quick as `scan_file`.
    """
    plugins = get_plugins()
    judged: set[tuple[str, str]] = set()
    suspects: dict[str, dict[str, Place]] = {}
    for place, text in lines:
        if place.path.endswith(REVIEWED.name) and LINE_OF_REVIEWED.fullmatch(text):
            continue
        suffix = PurePosixPath(place.path).suffix.lower()
        for line in _with_quotes(suffix, text):
            if (suffix, line) in judged or not line.strip():
                continue
            judged.add((suffix, line))
            name = f"any{suffix}"
            if AGE_KEY.search(line) or any(
                plugin.analyze_line(filename=name, line=line, line_number=1)
                for plugin in plugins
            ):
                suspects.setdefault(suffix, {})[line] = place
    return suspects


def _with_quotes(suffix: str, line: str) -> Iterator[str]:
    yield line
    if suffix in UNQUOTED or suffix == "":
        match = VALUE.match(line)
        if match:
            start, end = match.span("value")
            yield f'{line[:start]}"{line[start:end]}"'


def _judged(
    suffix: str, suspects: dict[str, Place]
) -> Iterator[tuple[str, str, Place]]:
    """The kind, the text and the place of what passes the filters."""
    lines = list(suspects)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"any{suffix}"
        file.write_text("\n".join(lines) + "\n")
        for secret in scan_file(str(file)):
            place = suspects[lines[secret.line_number - 1]]
            yield secret.type, secret.secret_value, place
    for line, place in suspects.items():
        for match in AGE_KEY.finditer(line):
            yield AGE_KIND, match[0], place
