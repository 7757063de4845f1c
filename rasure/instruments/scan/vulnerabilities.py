"""Look for known vulnerabilities in the packages of every environment.

A source without data answers that nothing is wrong. So each source is first asked about
a package with vulnerabilities that every such source knows. One that does not name them
is not used, and what no source has checked is said to be not checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

PIP_AUDIT = str(Path(sys.prefix) / "bin" / "pip-audit")
SOURCES = ("pypi", "osv")
KNOWN = "jinja2==2.4.1"  # vulnerable since 2014 (CVE-2014-1402), and ever since
# The lock files from which each environment is made.
LOCKS = {
    ".venv": ("bootstrap.txt", "pipeline.txt"),
    ".venv-superset": ("superset.txt",),
    ".venv-scan": ("scan.txt",),
    "provider": ("provider.txt",),
    "reference": ("reference.txt",),
}


@dataclass
class Answer:
    """What is known of one environment; `fault` says why it was not checked."""

    environment: str
    packages: int = 0
    vulnerabilities: list[str] = field(default_factory=list)
    fault: str | None = None


def check_all(checkout: Path, say=print) -> tuple[str | None, list[Answer]]:
    """The source that answered, None if there was none, and what it knows of each."""
    source, faults = choose_source()
    if source is None:
        reason = "no source of vulnerabilities could be asked: " + "; ".join(faults)
        return None, [Answer(environment, fault=reason) for environment in LOCKS]
    answers = []
    for environment, names in LOCKS.items():
        say(f"asking {source} about {environment}")
        locks = [checkout / "requirements" / name for name in names]
        answers.append(ask(source, environment, locks, ["--require-hashes"]))
    return source, answers


def choose_source() -> tuple[str | None, list[str]]:
    """The first source that knows a known vulnerability, and why those before do not
    do."""
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "known.txt"
        lock.write_text(KNOWN + "\n")
        for source in SOURCES:
            answer = ask(source, source, [lock], ["--no-deps"])
            if answer.vulnerabilities:
                return source, faults
            reason = answer.fault or f"it has no data: it finds nothing in {KNOWN}"
            faults.append(f"{source}: {reason}")
    return None, faults


def ask(source: str, name: str, locks: list[Path], options: list[str]) -> Answer:
    """Ask a source about the packages of lock files; one skipped package is a fault."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        answer = subprocess.run(
            [
                *(PIP_AUDIT, "--strict", "--disable-pip", *options),
                *("--vulnerability-service", source),
                *("--progress-spinner", "off", "--desc", "off"),
                *("--format", "json", "--output", str(report)),
                *(part for lock in locks for part in ("--requirement", str(lock))),
            ],
            capture_output=True,
            text=True,
        )
        if not report.exists():
            return Answer(name, fault=_reason(answer.stderr))
        return read_report(name, report.read_text())


def read_report(name: str, text: str) -> Answer:
    """The answer in a report of pip-audit in JSON."""
    packages = json.loads(text)["dependencies"]
    skipped = [one for one in packages if "skip_reason" in one]
    if skipped or not packages:
        what = ", ".join(one["name"] for one in skipped) or "every package"
        return Answer(name, len(packages), fault=f"the source does not know {what}")
    return Answer(
        name,
        len(packages),
        [
            f"{one['name']} {one['version']}: {fault['id']}, mended in "
            f"{', '.join(fault['fix_versions']) or 'no release'}"
            for one in packages
            for fault in one["vulns"]
        ],
    )


def _reason(text: str) -> str:
    """The reason in what pip-audit wrote before it gave up, without an address."""
    if "resolve" in text or "Max retries" in text or "timed out" in text.lower():
        return "it cannot be reached"
    lines = [line for line in text.splitlines() if line.startswith("ERROR")]
    return lines[-1].rpartition("_cli:")[2] if lines else "it gave no report"
