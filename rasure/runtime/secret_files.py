"""Secrets as files: which there are, how they are made, and when they are refused.

A deployment has one folder with one file for each secret; a container sees only the
files of its own service. `faults` finds each secret that is missing, unreadable, weak
or well known, and the entry point of every container refuses to start with one. No
sentence holds any part of a secret.

This module imports nothing but the standard library and `rasure.errors`, because the
containers of the database, of Redis and of the proxy have no other packages.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import ssl
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from rasure.errors import SetupError

DATABASE_ROLES = ("postgres", "rasure", "rasure_reader", "rasure_people_reader")
DATABASE_ROLES += ("airflow", "superset")
ACCOUNTS = ("admin", "officer", "analyst", "engineer", "offender_manager")
ACCOUNTS += ("safeguarding",)
REDIS = "redis_password"
SMTP = "smtp_password"  # given by those who run the mail server
CERTIFICATE, PRIVATE_KEY = "tls_certificate", "tls_key"
TLS = (CERTIFICATE, PRIVATE_KEY)
FERNET = "airflow_fernet_key"
KEYS = ("airflow_jwt_secret", "airflow_secret_key", "superset_secret_key")

SHORTEST = {"password": 14, "key": 32}  # characters
FEWEST_DIFFERENT = {"password": 8, "key": 12}  # different characters
# Part of the passwords and keys that programs ship with, and that manuals show.
WELL_KNOWN = (
    *("password", "passw0rd", "p@ssw0rd", "changeme", "change_me", "change-me"),
    *("changethis", "change_this", "change-this", "replaceme", "example", "default"),
    *("secret", "s3cret", "letmein", "qwerty", "abcdef", "123456", "abc123"),
    *("thisisa", "thisismy", "postgres", "rasure", "airflow", "superset", "yourkey"),
    *("test_non_dev", "placeholder"),
)
# Fernet keys that documentation shows for copying.
WELL_KNOWN_FERNET = (
    "81HqDtbqAywKSOumSha3BhWNOdQ26slT6K0YaZeZyPs=",
    "46BKJoQYlPPOexq0OhDZnIlNepKFf87WFwLbfzqDDho=",
)
MAKE = "Make it with `rasure secrets make` (docs/deploy.md)."
# Given by an identity provider, so that they cannot be made here.
CLIENT_SECRETS = ("superset_client_secret", "airflow_client_secret")
ASK_PROVIDER = (
    "Write what your identity provider gave when the client was registered "
    "(docs/deploy.md)."
)


class SecretsRefused(SetupError):
    """A secret is missing, unreadable, weak or well known; each has its sentence."""


def new_secrets() -> dict[str, dict[str, str]]:
    """New passwords and keys by part and name, for a private home."""
    return {
        "postgres": {role: _password() for role in DATABASE_ROLES},
        "airflow": {
            "admin": _password(12),
            "viewer": _password(12),
            "fernet_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "jwt_secret": _password(48),
            "secret_key": _password(48),
        },
        "superset": {
            **{account: _password(12) for account in ACCOUNTS},
            "secret_key": _password(32),
        },
    }


def _password(size: int = 18) -> str:
    return secrets.token_urlsafe(size)


def new_values() -> dict[str, str]:
    """New passwords and keys of a deployment, by the name of the file."""
    by_part = {
        **new_secrets(),
        "redis": {"password": _password(24)},
        "smtp": {"password": _password()},
    }
    return {
        f"{part}_{name}": value
        for part, values in by_part.items()
        for name, value in values.items()
    }


def all_names() -> list[str]:
    """The names of all secrets of a deployment."""
    return [*new_values(), *TLS]


def make(folder: Path, host: str, certify: Callable[[str], tuple[str, str]]) -> list:
    """Make the secrets that `folder` lacks; returns their names, and replaces none.

    `certify` gives the certificate and the private key of a host name as PEM. The
    folder is for its owner only. The files in it may be read by everybody who can enter
    it, because the user of a container has another number than the owner. Raises
    `SetupError`.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        values = {
            name: value
            for name, value in new_values().items()
            if not (folder / name).exists()
        }
        if not any((folder / name).exists() for name in TLS):
            values |= dict(zip(TLS, certify(host), strict=True))
        for name, value in values.items():
            file = folder / name
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            with os.fdopen(descriptor, "w") as out:
                out.write(value)
            file.chmod(0o444)
    except OSError as error:
        raise SetupError(
            f"The secrets cannot be written to {folder} ({error.strerror}). Name a "
            "folder of your own."
        ) from error
    return list(values)


def check(folder: Path, names: Iterable[str], host: str = "") -> None:
    """Raise `SecretsRefused` with a sentence for each fault of these secrets."""
    if found := faults(folder, names, host):
        raise SecretsRefused("\n".join(found))


def faults(folder: Path, names: Iterable[str], host: str = "") -> list[str]:
    """A sentence for each fault of the secrets `names` in `folder`; empty if none has.

    With `tls_certificate` among them, the certificate must be that of the private key,
    in force today and, where `host` is given, of that host.
    """
    names = list(names)
    sentences: list[str] = []
    values: dict[str, str] = {}
    for name in names:
        text, sentence = _read(folder / name, name)
        if sentence is None and name not in TLS:
            sentence = fault_of_value(name, text)
        if sentence is None:
            values[name] = text
        else:
            sentences.append(sentence)
    names_by_value: dict[str, str] = {}
    for name, value in values.items():
        same = names_by_value.setdefault(value.strip(), name)
        if same != name:
            sentences.append(
                f"The secret {name} is the same as {same}. Each needs a value of its "
                f"own. Remove {folder / name}. {MAKE}"
            )
    if all(name in values for name in TLS):
        sentences += _faults_of_tls(folder, host)
    return sentences


def faults_of_folder(folder: Path) -> list[str]:
    """A sentence if others than its owner may enter the folder on this machine."""
    if folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return [
            f"Others than its owner may enter {folder}, and so read every secret. "
            f"Close it with `chmod 700 {folder}`."
        ]
    return []


def _make(name: str) -> str:
    """How to come by a new value of a secret."""
    return ASK_PROVIDER if name in CLIENT_SECRETS else MAKE


def _read(path: Path, name: str) -> tuple[str, str | None]:
    """The text of a secret, and the sentence if it has none that can be read."""
    try:
        text = path.read_bytes().decode("ascii")
    except FileNotFoundError:
        return (
            "",
            f"The secret {name} is missing: there is no file {path}. {_make(name)}",
        )
    except IsADirectoryError:
        return "", (
            f"The secret {name} is missing: {path} is a folder. Docker makes one where "
            "the file is missing when a container is made. Remove that folder, make "
            "the secret, and make the containers again (`docker-compose up -d "
            f"--force-recreate`). {_make(name)}"
        )
    except UnicodeDecodeError:
        return "", (
            f"The secret {name} cannot be used: {path} holds signs that are not ASCII. "
            f"Remove it. {_make(name)}"
        )
    except OSError as error:
        return "", (
            f"The secret {name} cannot be read: {path}: {error.strerror}, for the user "
            f"with the number {os.geteuid()}. Give the file the mode 0444, in a folder "
            "that only its owner may enter."
        )
    if not text.strip():
        return "", f"The secret {name} is empty: {path}. Remove the file. {_make(name)}"
    return text, None


def fault_of_value(name: str, text: str) -> str | None:
    """Why a password or a key is refused; None if it is not."""
    kind = "key" if name in (*KEYS, FERNET) else "password"
    value = text.removesuffix("\n").removesuffix("\r")
    again = f"Remove the file. {_make(name)}"
    if any(sign.isspace() or not sign.isprintable() for sign in value):
        return (
            f"The secret {name} cannot be used: it has a space, a tab or a second "
            f"line. {again}"
        )
    lower = value.lower()
    if value in WELL_KNOWN_FERNET or any(word in lower for word in WELL_KNOWN):
        return (
            f"The secret {name} is a default or an example, or holds a word of one. "
            f"Everybody can guess it. {again}"
        )
    if len(value) < SHORTEST[kind]:
        return (
            f"The secret {name} is weak: a {kind} has {SHORTEST[kind]} characters or "
            f"more, and this has {len(value)}. {again}"
        )
    if len(set(value)) < FEWEST_DIFFERENT[kind]:
        return (
            f"The secret {name} is weak: a {kind} has {FEWEST_DIFFERENT[kind]} or more "
            f"different characters, and this has {len(set(value))}. {again}"
        )
    if name == FERNET and not _is_fernet_key(value):
        return (
            f"The secret {name} is not a Fernet key, which is 32 bytes in base64 for "
            f"URLs. {again}"
        )
    return None


def _is_fernet_key(value: str) -> bool:
    try:
        return len(base64.b64decode(value, altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def _faults_of_tls(folder: Path, host: str) -> list[str]:
    """The sentence if a browser would refuse the certificate; at most one."""
    certificate, key = (folder / name for name in TLS)
    replace = "Put the certificate (with its chain) and its private key there as PEM."
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        server.load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        return [
            f"The secrets {CERTIFICATE} and {PRIVATE_KEY} do not fit each other or are "
            f"too weak ({reason}). {replace} The key has no passphrase."
        ]
    client = ssl.create_default_context(cadata=certificate.read_text())
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.check_hostname = bool(host)
    try:
        _shake_hands(server, client, host or None)
    except ssl.SSLCertVerificationError as error:
        return [
            f"The secret {CERTIFICATE} would be refused by a browser that asks for "
            f"{host or 'this host'}: {error.verify_message}. {replace}"
        ]
    return []


def _no_password() -> str:
    raise ValueError("the key has a passphrase")


def _shake_hands(
    server: ssl.SSLContext, client: ssl.SSLContext, host: str | None
) -> None:
    """Let both sides of a connection meet in memory; raises what the client finds."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (asking, answering):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
