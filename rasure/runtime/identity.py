"""The identity provider of a home or a deployment: its settings, checked.

Without the section `[identity]` in `settings.toml`, people log in with passwords that
Superset and Airflow keep. With it, both send them to the provider, which speaks OpenID
Connect, and the provider's groups give the roles:

    [identity]
    issuer = "https://login.force.example/realms/police"
    superset_client = "rasure-superset"     # each as registered at the provider; leave
    airflow_client = "rasure-airflow"       # one out, and that part keeps passwords
    groups = "config/identity/groups.toml"  # the default

The client's secret is `client_secret` in the part's table of `secrets.toml`, or in a
deployment the file `superset_client_secret` or `airflow_client_secret`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from rasure.errors import SetupError
from rasure.runtime import secret_files
from rasure.settings import CHECKOUT, Settings

PARTS = ("superset", "airflow")
VIEWER = "rasure_viewer"  # Airflow's role that looks and changes nothing
AIRFLOW_ROLES = {"Admin", "Op", "User", VIEWER}
DEFAULTS = {
    "groups": "config/identity/groups.toml",
    "scope": "openid profile",
    "name_claim": "preferred_username",
    "groups_claim": "groups",
}
KEYS = {"issuer", *(f"{part}_client" for part in PARTS), *DEFAULTS}


class IdentityRefused(SetupError):
    """The settings of the identity provider cannot be used; a sentence for each."""


def is_set(settings: Settings, part: str) -> bool:
    """True if people log in to `superset` or `airflow` at an identity provider."""
    return f"{part}_client" in settings.stored.get("identity", {})


def of_part(settings: Settings, part: str) -> dict[str, object] | None:
    """The provider of `superset` or `airflow`, or None where passwords let people in.

    The keys are the fields of `rasure_superset.identity.Identity`. `client_secret` is
    empty in a process that does not let people in, such as the one that publishes the
    dashboards. Raises `IdentityRefused` for settings or groups that cannot be used.
    """
    if "identity" not in settings.stored:
        return None
    stored = settings.stored["identity"]
    if faults := [*_faults_of_settings(stored), *_faults_of_groups(stored)]:
        raise IdentityRefused("\n".join(faults))
    if not is_set(settings, part):
        return None
    values = {**DEFAULTS, **stored}
    return {
        "issuer": values["issuer"],
        "scope": values["scope"],
        "name_claim": values["name_claim"],
        "groups_claim": values["groups_claim"],
        "client_id": values[f"{part}_client"],
        "client_secret": settings.secrets.get(part, {}).get("client_secret", ""),
        "roles": _groups(values["groups"])[part],
    }


def check(settings: Settings, part: str) -> None:
    """Raise `IdentityRefused` unless people can log in to the part as it is set."""
    provider = of_part(settings, part)
    if provider is None:
        return
    name = secret_name(part)
    if not provider["client_secret"]:
        raise IdentityRefused(
            f"The secret {name} is missing: the identity provider gave one when "
            f"{provider['client_id']} was registered. Write it as client_secret in the "
            f"table [{part}] of {settings.home / 'secrets.toml'}, or in a deployment "
            f"into the file {name}."
        )
    if sentence := secret_files.fault_of_value(name, provider["client_secret"]):
        raise IdentityRefused(sentence)


def secret_name(part: str) -> str:
    """The name of the secret that the provider gave for a part."""
    return f"{part}_client_secret"


def _faults_of_settings(stored: object) -> Iterable[str]:
    place = "settings.toml: [identity]"
    if not isinstance(stored, dict):
        yield f"{place} is not a table. See docs/deploy.md, Single sign-on."
        return
    for key in sorted(stored.keys() - KEYS):
        yield f"{place}: unknown key {key}. There are {', '.join(sorted(KEYS))}."
    for key, value in stored.items():
        if key in KEYS and (not isinstance(value, str) or not value.strip()):
            yield f"{place}: {key} is not a text."
    if "issuer" not in stored:
        yield f"{place}: issuer is missing: the address of your identity provider."
    elif isinstance(stored["issuer"], str) and not _is_safe_address(stored["issuer"]):
        yield (
            f"{place}: issuer must begin with https://, so that nobody between can "
            "answer for it."
        )
    if not any(f"{part}_client" in stored for part in PARTS):
        yield (
            f"{place}: there is neither superset_client nor airflow_client: the names "
            "under which your provider knows them."
        )
    if "openid" not in str(stored.get("scope", DEFAULTS["scope"])).split():
        yield f"{place}: scope lacks openid, so the provider would prove nothing."


def _is_safe_address(address: str) -> bool:
    """True for https, and for http on this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _faults_of_groups(stored: object) -> Iterable[str]:
    if not isinstance(stored, dict):
        return
    name = stored.get("groups", DEFAULTS["groups"])
    try:
        groups = _groups(name)
    except (OSError, ValueError, TypeError) as error:
        yield (
            f"The groups of the identity provider cannot be read from {name}: {error}. "
            "Correct the file, or the setting groups of [identity]."
        )
        return
    known = {
        "superset": {"Admin", *_superset_roles()},
        "airflow": AIRFLOW_ROLES,
    }
    for part in sorted(groups.keys() - known.keys()):
        yield f"{name}: unknown table [{part}]; there are [superset] and [airflow]."
    for part in PARTS:
        if f"{part}_client" in stored and not groups.get(part):
            yield f"{name}: [{part}] names no group, so nobody could log in to {part}."
        for group, roles in (groups.get(part) or {}).items():
            if not group.strip():
                yield f"{name}: [{part}]: a group has no name."
            if not isinstance(roles, list) or not roles:
                yield f"{name}: [{part}]: {group} has no list of roles."
                continue
            for role in roles:
                if role not in known[part]:
                    yield f"{name}: [{part}]: {group}: no role is named {role}."


def _groups(name: str) -> dict[str, dict[str, list[str]]]:
    """The roles of each group by part; a relative path begins in the checkout."""
    return tomllib.loads((CHECKOUT / Path(name)).read_text())


def _superset_roles() -> list[str]:
    path = CHECKOUT / "superset" / "access" / "roles.yaml"
    return list(yaml.safe_load(path.read_text()) or {})
