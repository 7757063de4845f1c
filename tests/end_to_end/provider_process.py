"""A real identity provider, Canaille, in one process that keeps everything in memory.

    .venv-provider/bin/python provider_process.py PORT CLIENTS

`CLIENTS` is JSON: the secret and the addresses to come back to of each client. The
process answers one line of JSON for each line on its standard input: a command and its
arguments (`person`, `groups`, `lock`, `remove`). It is run by the tests, in an
environment of its own, because it needs other packages than they have.
"""

from __future__ import annotations

import datetime
import json
import sys
import threading

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from werkzeug.serving import make_server

port, clients = int(sys.argv[1]), json.loads(sys.argv[2])
issuer = f"http://127.0.0.1:{port}"
app = create_app(
    {
        "SECRET_KEY": "only-for-the-tests-of-single-sign-on",
        "SERVER_NAME": f"127.0.0.1:{port}",
        "PREFERRED_URL_SCHEME": "http",
        "SESSION_COOKIE_NAME": "provider",
        "WTF_CSRF_ENABLED": False,
        "TALISMAN_ENABLED": False,
        "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False, "HTMX": False},
        "CANAILLE_OIDC": {
            "USERINFO_MAPPING": {
                "SUB": "{{ user.id }}",
                "PREFERRED_USERNAME": "{{ user.display_name }}",
            }
        },
    }
)


def person(name: str, shown: str, groups: list[str]) -> dict:
    """A person with a password, who is called `shown` towards applications."""
    user = models.User(
        user_name=name,
        password="a long password of " + name,
        display_name=shown,
        given_name="Given",
        family_name="Family",
        formatted_name="Given Family",
        emails=[f"{name}@force.example"],
    )
    Backend.instance.save(user)
    return set_groups(name, groups)


def set_groups(name: str, groups: list[str]) -> dict:
    """Put a person into these groups and no others."""
    user = found(name)
    for group in Backend.instance.query(models.Group):
        if user in group.members:
            members = [member for member in group.members if member != user]
            if members:
                group.members = members
                Backend.instance.save(group)
            else:
                Backend.instance.delete(group)
    for name_of_group in groups:
        group = Backend.instance.get(models.Group, display_name=name_of_group)
        group = group or models.Group(display_name=name_of_group, members=[])
        group.members = [*group.members, user]
        Backend.instance.save(group)
    return {"groups": [group.display_name for group in found(name).groups]}


def lock(name: str) -> dict:
    """Switch an account off."""
    user = found(name)
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    user.lock_date = past.replace(microsecond=0)
    Backend.instance.save(user)
    return {"locked": found(name).locked}


def remove(name: str) -> dict:
    """Delete an account."""
    Backend.instance.delete(found(name))
    return {"removed": found(name) is None}


def found(name: str):
    return Backend.instance.get(models.User, user_name=name)


with app.app_context(), app.test_request_context(), Backend.instance.session():
    for name, client in clients.items():
        registered = models.Client(
            client_id=name,
            client_secret=client["secret"],
            client_name=name,
            client_uri=issuer,
            redirect_uris=client["redirect_uris"],
            post_logout_redirect_uris=client["post_logout_redirect_uris"],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            scope=["openid", "profile", "groups"],
            token_endpoint_auth_method="client_secret_basic",
        )
        Backend.instance.save(registered)
        registered.audience = [registered]
        Backend.instance.save(registered)

server = make_server("127.0.0.1", port, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"issuer": issuer}), flush=True)
commands = {
    "person": person,
    "groups": set_groups,
    "lock": lock,
    "remove": remove,
}
for line in sys.stdin:
    command, *arguments = json.loads(line)
    with app.app_context(), app.test_request_context(), Backend.instance.session():
        print(json.dumps(commands[command](*arguments)), flush=True)
