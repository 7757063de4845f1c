"""A private home and the commands on it, run as a user runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

from rasure.runtime.airflow_api import Airflow
from rasure.settings import Settings

RASURE = Path(sys.prefix) / "bin" / "rasure"


class Home:
    """The home in `folder`; none of the caller's own RASURE_… settings reaches it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        """`rasure ARGUMENTS`, its output captured as text."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("RASURE_")
        }
        return subprocess.run(
            [RASURE, *arguments],
            env={**environment, "RASURE_HOME": str(self.folder), **variables},
            capture_output=True,
            text=True,
        )

    def up(self, *services: str) -> str:
        """Bring services up; what was told meanwhile."""
        answer = self.run("up", *services, "--quiet")
        assert answer.returncode == 0, answer.stderr
        return answer.stderr

    def status(self) -> dict:
        """What `rasure status --json` says."""
        return json.loads(self.run("status", "--json").stdout)

    def service(self, name: str) -> dict:
        """One service of the status."""
        return next(one for one in self.status()["services"] if one["name"] == name)

    def url(self, name: str) -> str:
        """The address of `superset` or `airflow`."""
        return f"http://127.0.0.1:{self.settings.stored['ports'][name]}"

    def password(self, part: str, user: str) -> str:
        """A generated password, for instance of ('superset', 'officer')."""
        return self.settings.secrets[part][user]

    @property
    def settings(self) -> Settings:
        """The settings of the home, read again at each call."""
        return Settings(self.folder)

    def query(self, text: str) -> list[tuple]:
        """Rows of the warehouse."""
        with psycopg.connect(self.settings.database_url) as connection:
            return connection.execute(text).fetchall()

    def reader_url(self, role: str, database: str = "rasure") -> str:
        """The address of a database of this home, as one of the readers."""
        password = self.settings.secrets["postgres"][role]
        port = self.settings.stored["ports"]["postgres"]
        return f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"

    def airflow(self) -> Airflow:
        """A client of this home's Airflow."""
        return Airflow(self.url("airflow"), self.password("airflow", "admin"))

    def remove(self) -> None:
        """Stop everything and remove every file."""
        self.run("down")
        shutil.rmtree((self.folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
