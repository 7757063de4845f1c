"""Which accounts a synchronisation makes, switches off and switches on again."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from rasure_superset import access
from rasure_superset.errors import SyncError


class Accounts:
    """Superset's security manager, as far as accounts go."""

    def __init__(self) -> None:
        self.users: list[SimpleNamespace] = []

    def find_role(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(id=name, name=name)

    def find_user(self, username: str) -> SimpleNamespace | None:
        found = [user for user in self.users if user.username == username]
        return found[0] if found else None

    def add_user(
        self, username: str, role, password: str, email: str = "", **_
    ) -> SimpleNamespace:
        user = SimpleNamespace(
            id=len(self.users) + 1,
            username=username,
            roles=role if isinstance(role, list) else [role],
            groups=[],
            password=f"scrypt:{password}",
            email=email,
            active=True,
            created_by_fk=None,
            changed_by_fk=None,
        )
        self.users.append(user)
        return user

    def get_all_users(self) -> list[SimpleNamespace]:
        return list(self.users)

    def update_user(self, user) -> None:
        pass


@pytest.fixture
def accounts(monkeypatch) -> Accounts:
    manager = Accounts()
    session = SimpleNamespace(commit=lambda: None)
    superset = SimpleNamespace(
        db=SimpleNamespace(session=session), security_manager=manager
    )
    security = SimpleNamespace(
        check_password_hash=lambda stored, given: stored == f"scrypt:{given}",
        generate_password_hash=lambda given: f"scrypt:{given}",
    )
    monkeypatch.setitem(sys.modules, "superset", superset)
    monkeypatch.setitem(sys.modules, "werkzeug.security", security)
    return manager


def apply(**names: str) -> list[str]:
    """Apply a users file with these accounts, each with one role."""
    users = {name: {"roles": [role]} for name, role in names.items()}
    with_passwords = {name: {**user, "password": "p"} for name, user in users.items()}
    return access._apply_users(access.Access({}, [], with_passwords, users))


def test_an_account_that_has_left_is_switched_off_and_kept(accounts):
    assert apply(admin="Admin", eve="rasure_officer") == ["user admin", "user eve"]
    assert apply(admin="Admin", eve="rasure_officer") == []
    assert apply(admin="Admin") == ["user eve switched off"]
    eve = accounts.find_user("eve")
    assert (eve.active, [role.name for role in eve.roles]) == (
        False,
        ["rasure_officer"],
    )
    assert apply(admin="Admin") == []
    assert apply(admin="Admin", eve="rasure_officer") == ["user eve switched on"]
    assert eve.active


def test_an_administrator_that_has_left_is_switched_off(accounts):
    apply(admin="Admin", second="Admin")
    assert apply(admin="Admin") == ["user second switched off"]


def test_an_account_made_by_hand_with_a_role_of_ours_is_switched_off(accounts):
    accounts.add_user("mallory", SimpleNamespace(id=1, name="rasure_engineer"), "p")
    grouped = accounts.add_user("in a group", SimpleNamespace(id=2, name="Gamma"), "p")
    role = SimpleNamespace(id=3, name="rasure_people_risk")
    grouped.groups = [SimpleNamespace(roles=[role])]
    assert apply(admin="Admin")[1:] == [
        "user mallory switched off",
        "user in a group switched off",
    ]


def test_accounts_of_others_in_a_shared_superset_stay(accounts):
    other = accounts.add_user("other", SimpleNamespace(id=1, name="Admin"), "p")
    assert apply(admin="Admin") == ["user admin"]
    assert other.active
    assert not access.service_user().active


def test_what_an_administrator_switched_off_stays_off(accounts):
    apply(admin="Admin", eve="rasure_officer")
    eve = accounts.find_user("eve")
    eve.active, eve.changed_by_fk = False, accounts.find_user("admin").id
    assert apply(admin="Admin", eve="rasure_officer") == []
    assert not eve.active


def test_roles_follow_the_file_without_a_password_too(accounts):
    apply(admin="Admin", eve="rasure_engineer")
    users = {"admin": {"roles": ["Admin"]}, "eve": {"roles": ["rasure_officer"]}}
    changes = access._apply_users(access.Access({}, [], {}, users))
    assert changes == ["roles of eve"]


def test_superset_refusing_an_account_is_an_error(accounts, monkeypatch):
    access.service_user()
    monkeypatch.setattr(accounts, "add_user", lambda **_: False)
    with pytest.raises(SyncError, match="refused to add"):
        apply(eve="rasure_officer")


def test_accounts_of_the_identity_provider_are_left_alone(accounts):
    apply(admin="Admin")
    role = SimpleNamespace(id="rasure_engineer", name="rasure_engineer")
    joan = accounts.add_user("joan", role, "p", email="ab12@openid.invalid")
    joan.created_by_fk = access.service_user().id
    assert apply(admin="Admin") == []
    assert joan.active
    joan.active = False  # switched off by hand, and never on again by itself
    assert apply(admin="Admin") == []
    assert not joan.active


def test_an_account_of_the_file_cannot_be_one_of_the_identity_provider(accounts):
    apply(admin="Admin")
    role = SimpleNamespace(id="rasure_officer", name="rasure_officer")
    joan = accounts.add_user("joan", role, "p", email="ab12@openid.invalid")
    with pytest.raises(SyncError, match=r"joan: this account is the identity provider"):
        apply(admin="Admin", joan="Admin")
    assert [role.name for role in joan.roles] == ["rasure_officer"]
    assert joan.password == "scrypt:p"
