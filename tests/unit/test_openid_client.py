"""Which id tokens are proof: signed by the provider, of the issuer, for this client."""

from __future__ import annotations

import time

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, RSAKey

from rasure_superset.identity import PROVIDER, Identity

ISSUER = "https://login.force.example"
IDENTITY = Identity(
    issuer=ISSUER,
    client_id="rasure",
    client_secret="of the client",
    scope="openid profile",
    name_claim="preferred_username",
    groups_claim="groups",
    roles={},
)


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": "1"})


@pytest.fixture
def client(key):
    """The client as Flask-AppBuilder makes it, with the provider's answers in it."""
    settings = IDENTITY.flask_settings()["OAUTH_PROVIDERS"][0]
    client = OAuth(Flask(__name__)).register(settings["name"], **settings["remote_app"])
    assert client.name == PROVIDER
    client.server_metadata.update(
        issuer=ISSUER,
        _loaded_at=time.time(),
        jwks=KeySet([key]).as_dict(private=False),
        jwks_uri=f"{ISSUER}/keys",
        userinfo_endpoint=f"{ISSUER}/userinfo",
        id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
    )
    client.fetch_jwk_set = lambda force=False: client.server_metadata["jwks"]
    return client


def token(key, algorithm="RS256", **changes) -> dict:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "rasure",
        "sub": "1",
        "iat": now,
        "exp": now + 300,
        "nonce": "n",
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    header = {"alg": algorithm, "kid": "1"}
    return {"id_token": jwt.encode(header, claims, key, algorithms=[algorithm])}


def test_a_good_id_token_is_read(client, key):
    assert client.parse_id_token(token(key), "n")["sub"] == "1"
    assert client.parse_id_token(token(key, aud=["rasure"]), "n")["sub"] == "1"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": "another", "azp": "rasure"},
        {"aud": None},
        {"iss": "https://elsewhere.example"},
        {"iss": ISSUER + "/"},
        {"iss": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"exp": 1},
        {"exp": None},
        {"azp": "another"},
    ],
    ids=str,
)
def test_an_id_token_of_another_is_refused(client, key, changes):
    with pytest.raises(JoseError):
        client.parse_id_token(token(key, **changes), "n")


def test_an_id_token_that_the_provider_did_not_sign_is_refused(client, key):
    stranger = RSAKey.generate_key(2048, parameters={"kid": "1"})
    shared = OctKey.import_key(b"of the client, which others know too", {"kid": "1"})
    for forged in (token(stranger), token(shared, "HS256"), token(key, "none")):
        with pytest.raises((JoseError, ValueError)):
            client.parse_id_token(forged, "n")
    with pytest.raises((JoseError, ValueError)):
        client.parse_id_token({"id_token": "a.b.c"}, "n")


def test_a_provider_that_names_another_issuer_is_refused(client):
    client.server_metadata["issuer"] = "https://elsewhere.example"
    client.server_metadata["_loaded_at"] = time.time()
    with pytest.raises(OAuthError, match="leads to another issuer"):
        client.load_server_metadata()


def test_a_log_in_without_an_id_token_is_refused(client):
    client.userinfo = lambda **_: {"sub": "1", "groups": ["officers"]}
    with pytest.raises(OAuthError, match="sent no id token"):
        client.claims_of({"access_token": "a"}, {"groups"})


def test_the_userinfo_endpoint_adds_what_the_id_token_lacks(client):
    asked = []

    def userinfo(token) -> dict:
        asked.append(token)
        return {"sub": "1", "groups": ["officers"], "name": "of userinfo"}

    client.userinfo = userinfo
    signed = {"userinfo": {"sub": "1", "name": "signed"}}
    assert client.claims_of(signed, {"groups"}) == {
        "sub": "1",
        "groups": ["officers"],
        "name": "signed",
    }
    complete = {"userinfo": {"sub": "1", "groups": []}}
    assert client.claims_of(complete, {"groups"}) == {"sub": "1", "groups": []}
    assert asked == [signed]
    with pytest.raises(OAuthError, match="somebody else"):
        client.claims_of({"userinfo": {"sub": "2"}}, {"groups"})
    refreshed = {"access_token": "a", "refreshed": True}
    assert client.claims_of(refreshed, {"groups"})["groups"] == ["officers"]
