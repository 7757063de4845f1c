"""List what each environment and each image holds, as an SBOM in CycloneDX's form."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

SPECIFICATION = "1.6"
ENVIRONMENTS = (".venv", ".venv-superset", ".venv-scan")
# Listed from their locks, because they may not be installed, or into none of these.
LOCKS_ALONE = {
    "provider": "the identity provider of the tests",
    "reference": "open data",
}
# What `docker-compose build` makes; each image stands on Debian.
IMAGES = ("database", "redis", "proxy", "application")
DPKG = (
    "dpkg-query",
    "--show",
    "--showformat=${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\n",
)


def list_all(checkout: Path, out: Path, release: str) -> tuple[list[str], list[str]]:
    """Write an SBOM of each environment, of this machine's packages and of each image.

    Returns a sentence for each that was written, and one for each that was not.
    """
    written, missing = [], []

    def note(name: str, target: Path, fault: str | None, packages: str) -> None:
        if fault:
            missing.append(f"{name}: {fault}")
        else:
            written.append(f"{target}: {_count(target)} {packages}")

    for name in ENVIRONMENTS:
        target = out / f"sbom-{name.removeprefix('.')}.json"
        fault = _of_environment(checkout, name, target)
        note(name, target, fault, f"packages of {name}")
    for name, words in LOCKS_ALONE.items():
        target = out / f"sbom-{name}.json"
        fault = _of_lock(checkout / "requirements" / f"{name}.txt", target)
        note(name, target, fault, f"packages of {words}")
    for name, command in {
        "machine": list(DPKG),
        **{
            image: [
                *("docker", "run", "--rm", "--network=none", "--entrypoint", DPKG[0]),
                *(f"rasure/{image}:{release}", *DPKG[1:]),
            ]
            for image in IMAGES
        },
    }.items():
        target = out / f"sbom-debian-{name}.json"
        fault = _of_debian(name, command, target)
        note(name, target, fault, f"Debian packages of {name}")
    return written, missing


def _of_environment(checkout: Path, name: str, target: Path) -> str | None:
    python = checkout / name / "bin" / "python"
    if not python.exists():
        return "it is not installed; run scripts/install"
    options = ["environment", *_options(target)]
    if name == ".venv":
        options += ["--pyproject", str(checkout / "pyproject.toml")]
    return _fault([_tool("cyclonedx-py"), *options, str(python)])


def _of_lock(lock: Path, target: Path) -> str | None:
    return _fault([_tool("cyclonedx-py"), "requirements", *_options(target), str(lock)])


def _options(target: Path) -> list[str]:
    """The form of the list. It is not validated: that takes half a minute for each."""
    return [
        *("--no-validate", "--output-reproducible", "--spec-version", SPECIFICATION),
        *("--output-format", "JSON", "--output-file", str(target)),
    ]


def _of_debian(name: str, command: list[str], target: Path) -> str | None:
    if shutil.which(command[0]) is None:
        return f"not listed, because there is no {command[0]} here"
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode != 0:
        if command[0] == "docker":
            return "not listed, because its image is not here; docker-compose build"
        return f"not listed: {_last_line(answer.stderr)}"
    components = [debian_component(line) for line in answer.stdout.splitlines()]
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {"component": {"type": "container", "name": name}},
        "components": [one for one in components if one],
    }
    target.write_text(json.dumps(content, indent=1) + "\n")
    return None


def debian_component(line: str) -> dict[str, str] | None:
    """A component from a line of dpkg-query; None for what is not installed.

    >>> debian_component("ii \\tlibc6\\t2.36-9+deb12u9\\tamd64")["purl"]
    'pkg:deb/debian/libc6@2.36-9%2Bdeb12u9?arch=amd64'
    """
    status, package, version, architecture = line.split("\t")
    if not status.startswith("ii"):
        return None
    purl = f"pkg:deb/debian/{quote(package, safe='')}@{quote(version, safe='')}"
    return {
        "type": "library",
        "bom-ref": f"{package}:{architecture}",
        "name": package,
        "version": version,
        "purl": f"{purl}?arch={architecture}",
    }


def _count(target: Path) -> int:
    return len(json.loads(target.read_text())["components"])


def _tool(name: str) -> str:
    return str(Path(sys.prefix) / "bin" / name)


def _fault(command: list[str]) -> str | None:
    """Run a tool; the last line that it wrote if it failed, else None."""
    answer = subprocess.run(command, capture_output=True, text=True)
    return None if answer.returncode == 0 else f"failed: {_last_line(answer.stderr)}"


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
