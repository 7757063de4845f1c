"""The home of a run and its settings.

Everything that Rasure writes is under one folder, `RASURE_HOME` (default `.local` in
the checkout), so that two homes share nothing. A setting comes from the environment
(`RASURE_…`), else from `settings.toml` in the home, else from the defaults here.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """One home and its settings."""

    home: Path

    @classmethod
    def load(cls) -> Settings:
        """Read the home that the environment names, without creating it."""
        home = os.environ.get("RASURE_HOME") or CHECKOUT / ".local"
        return cls(home=Path(home).expanduser().resolve())

    @cached_property
    def stored(self) -> dict:
        """The content of `settings.toml` (ports, force); empty when there is none."""
        path = self.home / "settings.toml"
        return tomllib.loads(path.read_text()) if path.exists() else {}

    @cached_property
    def secrets(self) -> dict:
        """The generated passwords of this home; empty before the first start."""
        path = self.home / "secrets.toml"
        return tomllib.loads(path.read_text()) if path.exists() else {}

    @property
    def work(self) -> Path:
        """Scratch space for unpacking deliveries; safe to delete when nothing runs."""
        return self.home / "work"

    @property
    def landing(self) -> Path:
        """The watched folders: one sub-folder per source."""
        return self.home / "landing"

    @property
    def logs(self) -> Path:
        """Logs of every service and of dbt."""
        return self.home / "logs"

    @property
    def data_docs(self) -> Path:
        """The Great Expectations site."""
        return self.home / "data_docs"

    @property
    def database_url(self) -> str:
        """The warehouse, as a libpq URL: `RASURE_DATABASE_URL` or the private cluster.

        Raises `SetupError` when there is neither.
        """
        url = os.environ.get("RASURE_DATABASE_URL") or self.stored.get("database_url")
        if url:
            return url
        port = self.stored.get("ports", {}).get("postgres")
        password = self.secrets.get("postgres", {}).get("rasure")
        if port is None or password is None:
            from rasure.errors import SetupError

            raise SetupError(
                f"No warehouse is set up under {self.home}. Start one with "
                "`rasure up`, or set RASURE_DATABASE_URL to a PostgreSQL server."
            )
        return f"postgresql://rasure:{password}@127.0.0.1:{port}/rasure"
