"""The assets of the dashboards, in a folder of a test to be broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(CHECKOUT / "superset" / "assets", tmp_path / "assets")
    return tmp_path / "assets"


def change(folder: Path, file: str, edit) -> None:
    content = yaml.safe_load((folder / file).read_text())
    edit(content)
    (folder / file).write_text(yaml.safe_dump(content, sort_keys=False))
