"""An identity provider, and Superset and Airflow that send people to it.

Both run next to those of the home, on its databases, with settings of their own.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

from rasure.runtime import airflow, home, superset
from rasure.runtime.environment import callers_environment
from rasure.settings import CHECKOUT, Settings

PYTHON = CHECKOUT / ".venv-provider" / "bin" / "python"
PROCESS = Path(__file__).with_name("provider_process.py")
CLIENT_SECRET = "Zq7-mK2vTn8xWc4bRj6L"
PATIENCE = 300  # seconds, on a busy machine


@dataclass
class Provider:
    """The process of the provider, and the commands that it takes."""

    process: subprocess.Popen
    issuer: str = ""

    def __call__(self, *command) -> dict:
        """Run a command of `provider_process` and return its answer."""
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def provider(port: int, addresses: dict[str, str]) -> Iterator[Provider]:
    """The provider, which knows a client for each of `addresses`."""
    clients = {
        name: {
            "secret": CLIENT_SECRET,
            "redirect_uris": [f"{address}/oauth-authorized/openid"],
            "post_logout_redirect_uris": [f"{address}/login/"],
        }
        for name, address in addresses.items()
    }
    with subprocess.Popen(
        [PYTHON, PROCESS, str(port), json.dumps(clients)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        running = Provider(process)
        running.issuer = json.loads(process.stdout.readline())["issuer"]
        try:
            yield running
        finally:
            process.kill()


def settings_beside(of: Settings, folder: Path, issuer: str, **ports: int) -> Settings:
    """Settings of the same databases and secrets, with single sign-on and other ports.

    `ports` names one part, `superset` or `airflow`, and where it listens.
    """
    settings = Settings(folder)
    home.make_folders(settings)
    for name in ("settings.toml", "secrets.toml"):
        shutil.copy(of.home / name, folder / name)
    (part,) = ports
    home.store_settings(
        settings,
        ports={**of.stored["ports"], **ports},
        identity={
            "issuer": issuer,
            f"{part}_client": part,
            "scope": "openid profile groups",
        },
    )
    import tomli_w

    secrets = settings.secrets
    secrets[part]["client_secret"] = CLIENT_SECRET
    home.write_private(folder / "secrets.toml", tomli_w.dumps(secrets))
    return Settings(folder)


@contextlib.contextmanager
def running(command: list[str], environment: dict, log: Path, well: str) -> Iterator:
    """A program, once it answers at the address `well`."""
    with (
        log.open("w") as out,
        subprocess.Popen(
            command,
            env=callers_environment() | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            began = time.monotonic()
            while True:
                assert process.poll() is None, log.read_text()[-4000:]
                assert time.monotonic() - began < PATIENCE, log.read_text()[-4000:]
                with contextlib.suppress(httpx.TransportError):
                    if httpx.get(well, timeout=30).status_code == 200:
                        break
                time.sleep(0.5)
            yield process
        finally:
            process.terminate()
            process.wait(60)


def superset_of(settings: Settings) -> contextlib.AbstractContextManager:
    """Superset with these settings."""
    port = settings.stored["ports"]["superset"]
    return running(
        superset.server_command(port),
        superset.environment(settings),
        settings.home / "superset.log",
        f"http://127.0.0.1:{port}/health",
    )


def airflow_of(settings: Settings) -> contextlib.AbstractContextManager:
    """Airflow's API server with these settings."""
    airflow.configure(settings)
    port = settings.stored["ports"]["airflow"]
    return running(
        [airflow.program(), "api-server"],
        airflow.environment(settings),
        settings.home / "airflow.log",
        f"http://127.0.0.1:{port}/api/v2/monitor/health",
    )


class Browser:
    """A browser, as far as log-in goes: it keeps cookies and follows redirections."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.http = httpx.Client(timeout=120, follow_redirects=True)

    def sign_on(self, name: str, log_in: str = "/login/openid") -> httpx.Response:
        """Go to the provider and log in there; returns where the browser ends."""
        answer = self.http.get(self.site + log_in)
        if "password" not in answer.text and answer.url.path != "/login":
            return answer  # the provider knows the browser already
        for fields in ({"login": name}, {"password": "a long password of " + name}):
            answer = self.http.post(form_address(answer), data=fields)
        return answer

    def is_in(self) -> bool:
        """True if Superset knows who this is."""
        return self.http.get(f"{self.site}/api/v1/me/").status_code == 200

    def roles(self) -> set[str]:
        """The roles that Superset gives."""
        answer = self.http.get(f"{self.site}/api/v1/me/roles/")
        assert answer.status_code == 200, answer.text
        return set(answer.json()["result"]["roles"])

    def copy(self) -> Browser:
        """Another browser with the same cookies."""
        copy = Browser(self.site)
        copy.http.cookies = httpx.Cookies(self.http.cookies)
        return copy


def form_address(answer: httpx.Response) -> str:
    """Where the form of a page goes."""
    match = re.search(r'<form[^>]*action="([^"]*)"', answer.text)
    return urljoin(str(answer.url), html.unescape(match[1]) if match else "")
