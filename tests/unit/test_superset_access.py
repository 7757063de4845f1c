"""What roles and accounts may do, as the assets of access say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rasure_superset import access
from rasure_superset.errors import SyncError

CHECKOUT = Path(__file__).resolve().parents[2]


def given(tmp_path: Path, rules: str = "[]", **files: str) -> access.Access:
    folder = tmp_path / "access"
    folder.mkdir()
    for name in ("roles.yaml", "users.yaml"):
        source = CHECKOUT / "superset" / "access" / name
        (folder / name).write_text(files.get(name[:-5], source.read_text()))
    (folder / "row_level_security.yaml").write_text(rules)
    return access.load(folder, tmp_path)


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


def test_a_row_rule_without_areas_is_refused(tmp_path):
    with pytest.raises(SyncError, match="rule 1: areas: empty"):
        given(tmp_path, "- {name: Nowhere, role: rasure_area_nowhere, areas: []}")
