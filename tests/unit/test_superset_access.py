"""What roles and accounts may do, as the assets of access say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rasure_superset import FOLDER, access
from rasure_superset.assets import bundle as assets
from rasure_superset.assets import checks
from rasure_superset.errors import AssetFaults
from rasure_superset.sync import command, marts

CHECKOUT = Path(__file__).resolve().parents[2]


ROLES = "rasure_area_slough: {description: Slough}\n"
RULE = "- {name: Slough, role: rasure_area_slough, areas: [Slough]%s}"


def given(
    tmp_path: Path, rules: str = "[]", roles: str = ROLES, users: str | None = None
) -> access.Access:
    """The access of the checkout, with other rules and users, and more roles."""
    return access.load(write(tmp_path, rules, roles, users), tmp_path)


def write(
    tmp_path: Path, rules: str, roles: str = ROLES, users: str | None = None
) -> Path:
    """The folder of that access."""
    folder = tmp_path / "access"
    folder.mkdir()
    shipped = CHECKOUT / "superset" / "access"
    (folder / "roles.yaml").write_text((shipped / "roles.yaml").read_text() + roles)
    (folder / "users.yaml").write_text(users or (shipped / "users.yaml").read_text())
    (folder / "row_level_security.yaml").write_text(rules)
    return folder


def test_officers_have_no_way_into_sql_lab_or_explore(tmp_path):
    roles = given(tmp_path)
    officer = access.permissions(roles, "rasure_officer")
    assert ("can_sqllab", "Superset") not in officer
    assert ("can_explore", "Superset") not in officer
    assert not any(view in ("SQLLab", "SQL Lab", "Database") for _, view in officer)
    analyst = access.permissions(roles, "rasure_analyst")
    engineer = access.permissions(roles, "rasure_engineer")
    assert officer < analyst < engineer
    assert ("can_sqllab", "Superset") in engineer - analyst


def test_passwords_come_from_the_homes_secrets_only(tmp_path, monkeypatch):
    monkeypatch.delenv("RASURE_SUPERSET_USERS", raising=False)
    (tmp_path / "secrets.toml").write_text('[superset]\nofficer = "one"\n')
    users = given(tmp_path).users
    assert {name: user["password"] for name, user in users.items()} == {
        "officer": "one"
    }


def test_a_row_rule_names_its_role_and_quotes_its_areas(tmp_path):
    rules = '- {name: Slough, role: rasure_area_slough, areas: [Slough, "King\'s"]}'
    assert given(tmp_path, rules).rules[0]["role"] == "rasure_area_slough"
    assert (
        access.area_condition(["Slough", "King's"]) == "area in ('Slough', 'King''s')"
    )


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("- {name: A, role: rasure_area_slough, areas: []}", "areas: empty"),
        ("- {name: A, role: rasure_area_slough, areas: Slough}", "areas: not a list"),
        (
            "- {name: A, role: rasure_area_slogh, areas: [Slough]}",
            "no rasure_area_slogh",
        ),
        ("- {name: A, role: Gamma, areas: [Slough]}", "roles.yaml has no Gamma"),
        (RULE % ", datasets: crimes", "datasets: not a list"),
        (RULE % ", dataset: [crimes]", "unknown key dataset"),
        (f"{RULE % ''}\n{RULE % ''}", "rule 2: name: Slough is the name of another"),
        ("- Slough", "rule 1: not a mapping"),
    ],
)
def test_a_row_rule_that_would_hide_nothing_is_refused(tmp_path, rule, fault):
    with pytest.raises(AssetFaults, match=fault):
        given(tmp_path, rule)


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        (RULE % "", []),
        (RULE % ", datasets: [crimes]", []),
        (RULE % ", datasets: [crime]", ["datasets: no dataset is named crime"]),
        (
            RULE % ", datasets: [deliveries]",
            ["datasets: deliveries has no column area"],
        ),
        (
            "- {name: A, role: rasure_area_slough, areas: [Slogh, Slough]}",
            ["areas: no area is named Slogh"],
        ),
    ],
)
def test_a_row_rule_names_datasets_and_areas_that_exist(tmp_path, rule, faults):
    rules = given(tmp_path, rule).rules
    names = ({"crimes", "deliveries"}, {"crimes"}, {"Slough", "No location"})
    if not faults:
        access.check_rules(rules, *names)
        return
    with pytest.raises(AssetFaults) as caught:
        access.check_rules(rules, *names)
    assert caught.value.faults == [
        f"row_level_security.yaml: rule 1: {fault}" for fault in faults
    ]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (RULE % ", datasets: [crime]", "no dataset is named crime"),
        ("- {name: A, role: rasure_area_slogh, areas: [Slough]}", "rasure_area_slogh"),
        ("- {name: A, role: rasure_area_slough, areas: [Slogh]}", "named Slogh"),
    ],
)
def test_a_row_rule_that_names_nothing_stops_the_publication(
    tmp_path, monkeypatch, capsys, rule, fault
):
    contracts = checks.contracts(CHECKOUT / "dbt" / "models" / "marts")
    for name, answer in (
        ("engines", dict.fromkeys(assets.load(FOLDER / "assets").databases)),
        ("columns", contracts),
        ("check_expressions", None),
        ("areas", {"Slough"}),
    ):
        monkeypatch.setattr(marts, name, lambda *_, answer=answer: answer)
    monkeypatch.setattr(marts, "facts", lambda *_: pytest.fail("it goes on"))
    monkeypatch.setenv("RASURE_HOME", str(tmp_path))
    monkeypatch.setenv("RASURE_READER_URL", "postgresql://reader@127.0.0.1/rasure")
    assert command.main(["--access", str(write(tmp_path, rule))]) == 2
    assert fault in capsys.readouterr().err


def test_who_is_kept_to_an_area_does_not_read_the_marts_in_sql(tmp_path):
    users = "eve: {roles: [rasure_engineer, rasure_area_slough]}"
    with pytest.raises(AssetFaults, match="'eve': rasure_engineer reads the marts"):
        given(tmp_path, RULE % "", users=users)


@pytest.mark.parametrize(
    "name",
    [
        "two\\twords -c rasure.username=officer",
        "two words",
        "officer\\n",
        "-c",
        "it's",
        "a\\\\b",
        "Zo\u00eb",
        "a" * 65,
    ],
)
def test_a_user_name_has_only_characters_of_the_list(tmp_path, name):
    users = f'"{name}": {{roles: [rasure_officer]}}'
    with pytest.raises(AssetFaults, match="A user name has 1 to 64 letters"):
        given(tmp_path, users=users)


@pytest.mark.parametrize("name", ["officer", "AB1234", "a.b-c_d@force.police.uk"])
def test_usual_user_names_are_taken(name):
    assert access.is_user_name(name)


def test_an_account_without_a_password_is_known_all_the_same(tmp_path, monkeypatch):
    monkeypatch.delenv("RASURE_SUPERSET_USERS", raising=False)
    known = given(tmp_path)
    assert known.users == {}
    assert {"officer", "engineer"} <= known.accounts.keys()
