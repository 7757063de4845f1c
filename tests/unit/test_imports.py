"""The import contracts of pyproject.toml hold, and an import against one is found."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rasure.settings import CHECKOUT

CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"][
        "importlinter"
    ]["contracts"]
}
FORBIDDEN = {
    "the product imports an instrument": (
        "rasure/people/decisions.py",
        "import rasure.instruments.simulate.plan",
        "instruments",
        "rasure.people.decisions -> rasure.instruments.simulate.plan",
    ),
    "the product imports an instrument only while it runs": (
        "rasure/runtime/up.py",
        "def later():\n    from rasure.instruments.demo import steps",
        "instruments",
        "rasure.runtime.up -> rasure.instruments.demo.steps",
    ),
    "the command line imports an instrument": (
        "rasure/cli.py",
        "import rasure.instruments.truth.report",
        "instruments",
        "rasure.cli -> rasure.instruments.truth.report",
    ),
    "a package imports one above it": (
        "rasure/landing/names.py",
        "import rasure.transform.pipeline",
        "layers",
        "rasure.landing.names -> rasure.transform.pipeline",
    ),
    "a package imports one beside it": (
        "rasure/people/decisions.py",
        "import rasure.times.bands",
        "layers",
        "rasure.people.decisions -> rasure.times.bands",
    ),
    "two modules of a package import each other": (
        "rasure/landing/errors.py",
        "import rasure.landing.load",
        "cycles",
        "No cycles are allowed in rasure.landing",
    ),
    "a new package has no place in the layers": (
        "rasure/newcomer/__init__.py",
        "",
        "layers",
        "newcomer",
    ),
}


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A copy of the Python files of `rasure` and of the contracts."""
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    for file in (CHECKOUT / "rasure").rglob("*.py"):
        copy = tmp_path / file.relative_to(CHECKOUT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    return tmp_path


def lint(checkout: Path) -> subprocess.CompletedProcess:
    """Run `lint-imports` on a checkout, with an output too wide to wrap its lines."""
    tool = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [tool, "--no-cache", "--no-logo"],
        cwd=checkout,
        env={"COLUMNS": "300", "PATH": ""},
        capture_output=True,
        text=True,
    )


def test_every_import_keeps_the_contracts(checkout):
    answer = lint(checkout)
    assert answer.returncode == 0, answer.stdout
    for name in CONTRACTS.values():
        assert f"{name} KEPT" in answer.stdout


@pytest.mark.parametrize("case", FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(checkout, case):
    file, statement, contract, reported = FORBIDDEN[case]
    path = checkout / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as out:
        out.write(f"\n{statement}\n")
    answer = lint(checkout)
    assert answer.returncode == 1, answer.stderr
    assert f"{CONTRACTS[contract]} BROKEN" in answer.stdout
    assert reported in answer.stdout


def test_only_the_command_line_names_an_instrument():
    """The contracts see import statements; this sees modules that are named in text."""
    library = CHECKOUT / "rasure"
    product = [
        file
        for file in library.rglob("*.py")
        if not file.is_relative_to(library / "instruments")
    ]
    naming = [file.name for file in product if "rasure.instruments" in file.read_text()]
    assert len(product) > 100
    assert naming == ["cli.py"]
