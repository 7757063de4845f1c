"""Whom a log-in at an identity provider lets in, as which account, with which roles."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rasure_superset import identity
from rasure_superset.access import is_of_provider
from rasure_superset.identity import Identity, LogInRefused, ProviderLogIn, let_in

PROVIDER = Identity(
    issuer="https://login.force.example",
    client_id="rasure",
    client_secret="",
    scope="openid profile",
    name_claim="preferred_username",
    groups_claim="groups",
    roles={
        "officers": ["rasure_officer"],
        "analysts": ["rasure_analyst", "rasure_people_risk"],
        "slough": ["rasure_officer", "rasure_area_slough"],
        "admins": ["Admin"],
    },
)
ROLES = ("rasure_officer", "rasure_analyst", "rasure_people_risk", "Admin")


class Manager(ProviderLogIn):
    """A security manager of Flask-AppBuilder, as far as accounts go."""

    identity = PROVIDER

    def __init__(self) -> None:
        self.users: list[SimpleNamespace] = []
        self.let_in: list[str] = []
        self.refused: list[str] = []

    def find_role(self, name: str) -> SimpleNamespace | None:
        return SimpleNamespace(id=name, name=name) if name in ROLES else None

    def find_user(self, username: str = "", email: str = ""):
        for user in self.users:
            if username and user.username.lower() == username.lower():
                return user
            if email and user.email == email:
                return user
        return None

    def add_user(self, username, first_name, last_name, email, role, password):
        assert len(password) > 30
        user = SimpleNamespace(
            id=len(self.users),
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=email,
            roles=role,
            groups=[],
            is_active=True,
        )
        self.users.append(user)
        return user

    def update_user(self, user) -> None:
        assert user in self.users

    def update_user_auth_stat(self, user) -> None:
        self.let_in.append(user.username)

    def note_refusal(self, claims, reason: str) -> None:
        self.refused.append(reason)


@pytest.fixture
def manager() -> Manager:
    return Manager()


def claims(name="joan", groups=("officers",), sub="1", **more) -> dict:
    return {"sub": sub, "preferred_username": name, "groups": list(groups), **more}


def roles(user) -> list[str]:
    return sorted(role.name for role in user.roles)


def test_groups_give_roles_and_take_them_away_at_each_log_in(manager):
    joan = let_in(manager, claims(groups=["officers", "analysts", "unknown here"]))
    assert roles(joan) == ["rasure_analyst", "rasure_officer", "rasure_people_risk"]
    assert is_of_provider(joan)
    assert let_in(manager, claims(groups=["officers"])) is joan
    assert roles(joan) == ["rasure_officer"]
    joan.groups = ["a group made by hand, with roles"]
    let_in(manager, claims(groups=["analysts"]))
    assert roles(joan) == ["rasure_analyst", "rasure_people_risk"]
    assert joan.groups == []


@pytest.mark.parametrize(
    "groups",
    [
        [],
        None,
        "",
        "other",
        ["other"],
        ["Officers"],
        ["officers "],
        [["officers"]],
        [{"officers": 1}],
        [None, 1, True],
        {"officers": True},
        7,
    ],
)
def test_nobody_without_a_group_of_ours_gets_in(manager, groups):
    joan = let_in(manager, claims())
    assert manager.auth_user_oauth(claims() | {"groups": groups}) is None
    assert joan.roles == []
    assert manager.auth_user_oauth(claims(sub="2", name="eve", groups=[])) is None
    assert manager.refused == ["the person is in no group that has a role here"] * 2
    assert [user.username for user in manager.users] == ["joan"]
    assert manager.let_in == []


def test_a_group_may_come_as_one_text(manager):
    assert roles(let_in(manager, claims() | {"groups": "officers"})) == [
        "rasure_officer"
    ]


def test_a_missing_role_lets_nobody_in_with_the_rest(manager):
    """The missing role is the one that keeps the person to an area."""
    joan = let_in(manager, claims())
    assert manager.auth_user_oauth(claims(groups=["slough"])) is None
    assert joan.roles == []
    assert manager.refused == ["a role of the person's groups does not exist here"]


@pytest.mark.parametrize(
    "name",
    [
        "a\tb",
        "o'neill",
        'a"b',
        "a\nb",
        "a b",
        "joan\n",
        "",
        "x" * 65,
        "-c statement_timeout=0",
        ".hidden",
        "jöan",
        "joan\x00",
        "joan -c role=rasure",
        None,
        7,
        ["joan"],
    ],
)
def test_an_odd_name_is_refused_and_not_repeated(manager, name):
    with pytest.raises(LogInRefused) as refusal:
        let_in(manager, claims(name=name))
    assert "is no name that an account may have" in str(refusal.value)
    assert not name or str(name) not in str(refusal.value)
    assert manager.users == []


@pytest.mark.parametrize("name", ["admin", "Admin", "ADMIN"])
def test_the_name_of_a_local_account_does_not_open_it(manager, name):
    local = manager.add_user("admin", "", "", "admin@localhost", [], "p" * 40)
    with pytest.raises(LogInRefused, match="another account here has"):
        let_in(manager, claims(name=name, groups=["admins"]))
    assert local.roles == []
    assert len(manager.users) == 1


def test_a_name_given_to_somebody_else_does_not_open_the_account(manager):
    joan = let_in(manager, claims(groups=["officers"]))
    with pytest.raises(LogInRefused, match="another account here has"):
        let_in(manager, claims(sub="2", groups=["officers"]))
    let_in(manager, claims(name="joan.smith"))  # she marries
    assert joan.username == "joan.smith"
    other = let_in(manager, claims(sub="2"))
    assert (other.username, other.id) == ("joan", 1)
    with pytest.raises(LogInRefused, match="another account here has"):
        let_in(manager, claims(name="Joan"))
    assert joan.username == "joan.smith"


def test_the_same_person_at_another_issuer_is_another_account(manager):
    elsewhere = Identity(**{**vars(PROVIDER), "issuer": "https://other.example"})
    assert identity.address_of(PROVIDER, claims()) != identity.address_of(
        elsewhere, claims()
    )
    for sub in (None, "", 7):
        with pytest.raises(LogInRefused, match="who the person is"):
            let_in(manager, claims(sub=sub))


def test_an_account_that_was_switched_off_here_stays_off(manager):
    joan = let_in(manager, claims())
    joan.is_active = False
    assert manager.auth_user_oauth(claims()) is None
    assert manager.refused == ["the account is switched off here"]


def test_names_of_people_are_cut_and_hold_nothing_that_is_not_printed(manager):
    joan = let_in(manager, claims(given_name="Jo\nan\x1b[0m", family_name="S" * 500))
    assert (joan.first_name, joan.last_name) == ("Joan[0m", "S" * 64)
    assert let_in(manager, claims(given_name=7)).first_name == "joan"


def test_a_tie_of_roles_is_refused_as_the_application_says(manager, monkeypatch):
    def refuse(roles) -> None:
        raise LogInRefused("not these together")

    joan = let_in(manager, claims())
    monkeypatch.setattr(manager, "check_roles", refuse)
    assert manager.auth_user_oauth(claims()) is None
    assert (joan.roles, manager.refused) == ([], ["not these together"])


def test_tokens_of_the_provider_stay_out_of_the_cookie(manager):
    from flask import Flask, g, session

    app = Flask(__name__)
    app.secret_key = "k"
    with app.test_request_context("/"):
        manager.set_oauth_session("openid", {"access_token": "a", "refresh_token": "r"})
        assert dict(session) == {}
        assert g.provider_tokens["refresh_token"] == "r"


def test_the_environment_describes_the_provider(monkeypatch):
    import json

    monkeypatch.delenv(identity.VARIABLE, raising=False)
    assert Identity.from_environment() is None
    monkeypatch.setenv(identity.VARIABLE, json.dumps(vars(PROVIDER)))
    assert Identity.from_environment() == PROVIDER
    monkeypatch.setenv(identity.VARIABLE, '{"issuer": "https://a.example"}')
    with pytest.raises(TypeError):
        Identity.from_environment()
