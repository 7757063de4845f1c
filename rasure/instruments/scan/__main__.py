"""`scripts/scan`: what it lists, asks and finds, and what it could not."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from rasure.instruments.scan import packages, vulnerabilities

CHECKOUT = Path(__file__).resolve().parents[3]
PARTS = ("sbom", "vulnerabilities", "secrets")


def main(arguments: list[str]) -> int:
    """Run the parts; 0 if all is well, 1 if something was found, 3 if not checked."""
    parser = argparse.ArgumentParser(prog="scripts/scan")
    parser.add_argument("part", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--history", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--repository", type=Path, default=CHECKOUT)
    options = parser.parse_args(arguments)
    unknown = [part for part in options.part if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    home = os.environ.get("RASURE_HOME") or CHECKOUT / ".local"
    out = (options.out or Path(home) / "scan").expanduser().resolve()
    out.mkdir(parents=True, exist_ok=True)
    parts = options.part or PARTS
    codes = []
    if "sbom" in parts:
        codes.append(list_packages(out))
    if "vulnerabilities" in parts:
        codes.append(check_vulnerabilities(out, options.offline))
    if "secrets" in parts:
        history = options.history or not options.part
        codes.append(look_for_secrets(options.repository, out, history))
    return max(codes, key=lambda code: (code == 1, code))


def list_packages(out: Path) -> int:
    """Write the SBOMs into `out`."""
    from rasure import __version__

    written, missing = packages.list_all(CHECKOUT, out, __version__)
    for sentence in written:
        print(f"sbom: {sentence}")
    for sentence in missing:
        print(f"sbom: NOT LISTED: {sentence}")
    environments = tuple(f"{name}:" for name in packages.ENVIRONMENTS)
    return 3 if any(one.startswith(environments) for one in missing) else 0


def check_vulnerabilities(out: Path, offline: bool) -> int:
    """Write `vulnerabilities.json` into `out`.

    What could not be checked is an error, unless `offline`; it is recorded either way.
    """
    source, answers = vulnerabilities.check_all(CHECKOUT)
    for answer in answers:
        if answer.fault:
            print(f"vulnerabilities: NOT CHECKED: {answer.environment}: {answer.fault}")
            continue
        count = len(answer.vulnerabilities)
        print(
            f"vulnerabilities: {answer.environment}: {count} known in "
            f"{answer.packages} packages"
        )
        for sentence in answer.vulnerabilities:
            print(f"vulnerabilities:   {sentence}")
    print(
        "vulnerabilities: NOT CHECKED: Debian's packages, of the machine and of the "
        "images; apt-get upgrade, and docker-compose build --pull --no-cache, bring "
        "what Debian has mended"
    )
    _write(
        out / "vulnerabilities.json",
        source=source,
        environments=[asdict(answer) for answer in answers],
        not_checked=[one.environment for one in answers if one.fault] + ["debian"],
    )
    if any(answer.vulnerabilities for answer in answers):
        return 1
    if any(answer.fault for answer in answers) and not offline:
        print("vulnerabilities: scripts/scan --offline accepts this, and records it")
        return 3
    return 0


def look_for_secrets(repository: Path, out: Path, history: bool) -> int:
    """Write `secrets.json` into `out`: what was found and was not reviewed."""
    from rasure.instruments.scan import secrets

    read = secrets.in_history if history else secrets.in_tree
    findings = secrets.find(read(repository))
    known = secrets.reviewed()
    new = [one for one in findings if one.digest not in known]
    where = "every version of every file" if history else "the files of the tree"
    print(
        f"secrets: {len(findings)} texts in {where} look like secrets, "
        f"{len(findings) - len(new)} were reviewed and are none"
    )
    for finding in new:
        print(f"secrets: FOUND: {finding}")
    _write(
        out / "secrets.json",
        history=history,
        found=[{**asdict(one), "place": str(one.place)} for one in new],
    )
    return 1 if new else 0


def _write(path: Path, **content) -> None:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    path.write_text(json.dumps({"at": now, **content}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
