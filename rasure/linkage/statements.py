"""The SQL files of this part, by name."""

from __future__ import annotations

from importlib import resources


def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    folder = resources.files(__package__).joinpath("sql")
    return folder.joinpath(f"{name}.sql").read_text("utf-8")
