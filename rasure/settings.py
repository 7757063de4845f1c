"""The home of a run and its settings.

Everything that Rasure writes is under one folder, `RASURE_HOME` (default `.local` in
the checkout), so that two homes share nothing. A setting comes from the environment
(`RASURE_…`), else from `settings.toml` in the home, else from the defaults here.
Passwords and keys are in `secrets.toml` in the home, or, in a deployment, in the files
of the folder that `RASURE_SECRETS` names (`rasure.runtime.secret_files`).
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parent.parent
SECRET_PARTS = ("postgres", "airflow", "superset", "redis", "smtp")


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
        """The passwords by part and name; empty before the first start.

        In the folder that `RASURE_SECRETS` names, the file `airflow_secret_key` holds
        `secrets["airflow"]["secret_key"]`; files of other parts are left alone.
        """
        if folder := os.environ.get("RASURE_SECRETS"):
            return _secrets_in(Path(folder))
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
    def json_logs(self) -> bool:
        """True if Airflow and Superset log JSON lines: `json` in `[logs]`."""
        return bool(self.stored.get("logs", {}).get("json"))

    @property
    def is_deployment(self) -> bool:
        """True if each service runs on a host of its own (docs/deploy.md)."""
        return "addresses" in self.stored

    def address(self, service: str) -> str:
        """`host:port` of postgres, reader, redis, airflow or superset.

        `reader` is the server that the dashboards read: the replica that the setting
        `reader_address` names, or the warehouse. Raises `SetupError` where the home has
        no such service.
        """
        addresses = self.stored.get("addresses", {})
        ports = self.stored.get("ports", {})
        if service == "reader" and "reader_address" in self.stored:
            return self.stored["reader_address"]
        if service == "reader" and "reader" not in addresses:
            service = "postgres"
        if service in addresses:
            return addresses[service]
        if service in ports:
            return f"127.0.0.1:{ports[service]}"
        from rasure.errors import SetupError

        raise SetupError(f"No {service} is set up under {self.home}.")

    @property
    def listen(self) -> str:
        """The address on which this home's services listen."""
        return self.stored.get("listen", "127.0.0.1")

    def redis_url(self, database: int) -> str | None:
        """A numbered database of the deployment's Redis; None where there is none.

        0 holds the tasks that wait for a worker, 1 the cached answers of charts.
        """
        password = self.secrets.get("redis", {}).get("password")
        if not self.is_deployment or password is None:
            return None
        return f"redis://:{quote(password, safe='')}@{self.address('redis')}/{database}"

    @property
    def database_url(self) -> str:
        """The warehouse, as a libpq URL: `RASURE_DATABASE_URL` or the private cluster.

        Raises `SetupError` when there is neither.
        """
        url = os.environ.get("RASURE_DATABASE_URL") or self.stored.get("database_url")
        if url:
            return url
        has_server = self.is_deployment or "postgres" in self.stored.get("ports", {})
        password = self.secrets.get("postgres", {}).get("rasure")
        if not has_server or password is None:
            from rasure.errors import SetupError

            raise SetupError(
                f"No warehouse is set up under {self.home}. Start one with "
                "`rasure up`, or set RASURE_DATABASE_URL to a PostgreSQL server."
            )
        return self.role_url("rasure", "rasure")

    def role_url(
        self,
        role: str,
        database: str,
        *,
        server: str = "postgres",
        scheme: str = "postgresql",
    ) -> str:
        """The URL of a database as one of the roles of this home."""
        password = quote(self.secrets["postgres"][role], safe="")
        return f"{scheme}://{role}:{password}@{self.address(server)}/{database}"


def _secrets_in(folder: Path) -> dict[str, dict[str, str]]:
    secrets: dict[str, dict[str, str]] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        part, _, name = file.name.partition("_")
        if part in SECRET_PARTS and file.is_file():
            secrets.setdefault(part, {})[name] = file.read_text().strip()
    return secrets
