"""Reports by email: the section `[reports]` of the settings, and the service.

    [reports]
    smtp_host = "mail.example"
    smtp_port = 587                     # the default
    smtp_security = "starttls"          # the default; "tls"; on this machine "none"
    smtp_user = "rasure"                # left out if the server asks for no password
    sender = "rasure@force.example"
    operator = "data.team@force.example"    # gets an email when a report fails
    page_url = "https://rasure.force.example"   # where a reader opens the dashboards

    [reports.recipients]                # by the name of the file in superset/reports/
    weekly_overview = ["chief.inspector@force.example"]

Without the section there is no service, no account and no report. The password is
`password` in the section `[smtp]` of `secrets.toml`, or the secret `smtp_password`.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shlex
import sys
import time
from collections.abc import Iterator

from rasure.errors import SetupError
from rasure.settings import CHECKOUT, Settings

FOLDER = CHECKOUT / "superset" / "reports"
PORT = 587
SECURITY = ("starttls", "tls", "none")
REQUIRED = ("smtp_host", "sender", "operator")
OPTIONAL = ("smtp_port", "smtp_security", "smtp_user", "page_url", "recipients")
# One plain address: nothing in it can add a recipient or a header.
ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,253}")
URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?")
BEATS_SECONDS = 120  # an older sign of life is that of a service that hangs


class ReportsRefused(SetupError):
    """The section `[reports]` cannot be used; each fault has its sentence."""


def are_on(settings: Settings) -> bool:
    """True if the settings switch reports on."""
    return "reports" in settings.stored


def names() -> list[str]:
    """The names of all reports, by which the settings name their recipients."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def environment(settings: Settings) -> dict[str, str]:
    """The environment variables of the reports for Superset; empty if they are off.

    Raises `ReportsRefused` with a sentence for each fault of the section.
    """
    if not are_on(settings):
        return {}
    section = settings.stored["reports"]
    if sentences := list(_faults(section, settings)):
        raise ReportsRefused("\n".join(sentences))
    host = os.environ.get("RASURE_HOSTNAME")
    page_url = f"https://{host}" if host else f"http://{settings.address('superset')}"
    defaults = {
        "smtp_port": PORT,
        "smtp_security": "starttls",
        "page_url": page_url,
        "recipients": {},
    }
    return {"RASURE_REPORTS": json.dumps({**defaults, **section}, sort_keys=True)}


def sending_environment(settings: Settings) -> dict[str, str]:
    """What the process that sends them has besides Superset's own environment."""
    password = settings.secrets.get("smtp", {}).get("password", "")
    photographer = [sys.executable, "-P", "-m", "rasure.runtime.photograph"]
    return {
        **environment(settings),
        "RASURE_SMTP_PASSWORD": password,
        "RASURE_PHOTOGRAPHER": shlex.join(photographer),
    }


def are_well(settings: Settings) -> bool:
    """True if the service that sends reports gave a sign of life a short time ago."""
    try:
        age = time.time() - (settings.home / "run" / "reports").stat().st_mtime
    except FileNotFoundError:
        return False
    return age < BEATS_SECONDS


def _faults(section: object, settings: Settings) -> Iterator[str]:
    place = "settings.toml: [reports]"
    if not isinstance(section, dict):
        yield f"{place} must be a section with {', '.join(REQUIRED)}."
        return
    for key in sorted(section.keys() - {*REQUIRED, *OPTIONAL}):
        known = ", ".join((*REQUIRED, *OPTIONAL))
        yield f"{place}: {key} is not a setting. There are {known}."
    for key in REQUIRED:
        if not section.get(key):
            yield f"{place}: {key} is missing."
    for key in ("sender", "operator"):
        if section.get(key) and not _is_address(section[key]):
            yield f"{place}: {key} is not one plain email address."
    port = section.get("smtp_port", PORT)
    if type(port) is not int or not 0 < port < 65536:
        yield f"{place}: smtp_port must be a number from 1 to 65535."
    security = section.get("smtp_security", "starttls")
    host = section.get("smtp_host", "")
    if security not in SECURITY:
        yield f"{place}: smtp_security must be one of {', '.join(SECURITY)}."
    elif security == "none" and not _is_this_machine(host):
        yield (
            f"{place}: smtp_security = none would send reports to {host} unencrypted. "
            "It is for a server on this machine (127.0.0.1); use starttls or tls."
        )
    if section.get("smtp_user") and not settings.secrets.get("smtp", {}).get(
        "password"
    ):
        yield (
            f"{place}: smtp_user has no password. Put it into secrets.toml, as "
            "`password` in the section [smtp]; in a deployment into the secret "
            "smtp_password."
        )
    if "page_url" in section and not URL.fullmatch(str(section["page_url"])):
        yield f"{place}: page_url is not an address such as https://rasure.example."
    yield from _faults_of_recipients(section.get("recipients", {}))


def _faults_of_recipients(recipients: object) -> Iterator[str]:
    place = "settings.toml: [reports.recipients]"
    if not isinstance(recipients, dict):
        yield f"{place} must be a section with a list of addresses for each report."
        return
    for key, addresses in recipients.items():
        if key not in names():
            yield f"{place}: there is no report {key}. There are {', '.join(names())}."
        if not isinstance(addresses, list) or not all(map(_is_address, addresses)):
            yield f"{place}: {key} must be a list of plain email addresses."


def _is_address(value: object) -> bool:
    return isinstance(value, str) and ADDRESS.fullmatch(value) is not None


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
