"""Two scopes counted apart, a third by three rows, and published figures to compare."""

from __future__ import annotations

import json

import psycopg
import pytest
from typer.testing import CliRunner

from rasure.cli import app
from rasure.scopes.errors import NothingToCompare
from rasure.scopes.published import read
from rasure.scopes.reconciling import reconcile
from rasure.settings import Settings
from rasure.transform import dbt
from tests.integration.niche_fixtures import number

FORCE = "testshire"
ASSAULT = "Assault with injury and assault with intent to cause serious harm"
DUTY = [
    ("every", "serious violence", None),
    ("every", "domestic abuse", "Domestic abuse"),
    ("Sexual offences", "nothing", "Sexual offences"),
]
MONTHS = "select scope, offence, crimes, crimes_to_review from {} order by 1, 2"


@pytest.fixture
def warehouse(new_database, known_day_transformed: str):
    """The known day, in which occurrence 8 is a robbery without a knife."""
    url = new_database(known_day_transformed)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def change(connection, key: int, values: str) -> None:
    connection.execute(
        f"update core.int_niche_crimes set {values}"
        " where occurrence_id = %s and sequence = 1",
        (number(key),),
    )


def rebuild() -> None:
    """Build the scopes again, as a transform does after a change of their seed."""
    arguments = ["run", "--no-write-json", "--select", "scope_offences+"]
    answer = dbt.call(Settings.load(), arguments, step="scopes")
    assert answer.code == 0, answer.error


def test_the_scopes_are_counted_apart_and_the_duty_is_three_rows_away(warehouse):
    knife = "knife_decision = 'yes', is_knife_enabled = true, has_weapon = true"
    change(warehouse, 8, knife)  # robbery: knife-enabled, not serious violence
    change(warehouse, 10, knife)  # possession: neither
    change(
        warehouse,
        11,
        "offence_id = '20A', crime_type = 'Other', recorded_class = '20A'",
    )
    for offences, needs, offence in DUTY:
        warehouse.execute(
            "insert into reference.crime_scopes values ('duty', %s, %s, %s, true,"
            " 'the Duty', '1', '2023-01-31')",
            (offences, needs, offence),
        )
    rebuild()
    counts = warehouse.execute(MONTHS.format("marts.scope_months")).fetchall()
    assert [row for row in counts if row[0] == "knife-enabled"] == [
        ("knife-enabled", ASSAULT, 2, 0),  # 9 by its text, 12 by its weapon
        ("knife-enabled", "Robbery", 1, 0),
        ("knife-enabled", "Threats to kill", 0, 1),
    ]
    (in_scope,) = warehouse.execute(
        "select count(*) from core.int_niche_crimes where is_serious_violence"
    ).fetchone()
    counted = {
        scope: sum(crimes for name, _, crimes, _ in counts if name == scope)
        for scope in ("serious violence", "duty")
    }
    # Domestic abuse (2) and the sexual offence (11) come to serious violence.
    assert counted == {"serious violence": in_scope, "duty": in_scope + 2}
    (twice,) = warehouse.execute(
        "select count(*) from (select from core.crimes_by_scope"
        " group by scope, crime_key having count(*) > 1) as doubled"
    ).fetchone()
    assert twice == 0


PUBLISHED = """FY,Financial Quarter,Force,Offence Description,Offence Code,n,territorial
2025/26,1.0,Testshire,Robbery,34B,4.0,True
2025/26,1.0,Testshire,Assault with injury,8N,1.0,True
2025/26,1.0,Testshire,Homicide,1/4.1/4.10/4.2,0.0,True
2025/26,1.0,Testshire,All robbery and theft,34A/49,9.0,True
2025/26,1.0,Testshire,Of tomorrow,ZZ9,2.0,True
2025/26,2.0,Testshire,Robbery,34B,90.0,True
2025/26,1.0,Testshire,Robbery,34B,none,True
2025/26,1.0,Elsewhere,Robbery,34B,700.0,True
"""


def test_a_scope_is_compared_with_published_figures_by_offence(warehouse, tmp_path):
    file = tmp_path / "published.csv"
    file.write_text(PUBLISHED)
    observes(warehouse, "2025-04-01", "2025-05-01", "2025-06-01")
    answer = CliRunner().invoke(app, ["scopes", "reconcile", str(file), "--json"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert (found["force"], found["quarters"]) == (FORCE, ["2025-04"])
    assert found["quarters_left_out"] == ["2025-07"]
    assert found["codes_not_known"] == ["ZZ9"]
    assert found["codes_not_parted"] == ["34A/49"]
    assert found["unreadable_lines"] == [8]
    rows = {row["offence"]: row for row in found["offences"]}
    robbery = rows["Robbery"]
    assert (robbery["published"], robbery["recorded"], robbery["in_scope"]) == (4, 1, 0)
    assert (robbery["difference"], robbery["difference_percent"]) == (-3, -75.0)
    assert rows["Homicide"]["difference_percent"] is None
    assert rows[ASSAULT]["in_scope"] == 2  # occurrences 9 and 12
    everything = rows["all offences"]
    assert everything["published"] == 5
    assert everything["in_scope"] == sum(
        row["in_scope"] for name, row in rows.items() if name != "all offences"
    )
    shown = CliRunner().invoke(app, ["scopes", "reconcile", str(file)])
    for words in ("-75.0%", "Left out: 1 quarter", "ZZ9", "34A/49"):
        assert words in shown.output


def test_what_cannot_be_compared_is_said(warehouse, tmp_path):
    file = tmp_path / "published.csv"
    file.write_text(PUBLISHED)
    published = read(file)
    with pytest.raises(NothingToCompare, match="no quarter of the file"):
        reconcile(warehouse, published)
    with pytest.raises(NothingToCompare, match="knife-enabled, serious violence"):
        reconcile(warehouse, published, scope="arson")
    with pytest.raises(NothingToCompare, match="of elsewhere: the warehouse has"):
        reconcile(warehouse, published, force="elsewhere")
    warehouse.execute("drop table marts.scope_months")
    with pytest.raises(NothingToCompare, match="Run `rasure land niche_rms`"):
        reconcile(warehouse, published)


def observes(connection, *months: str) -> None:
    """Make the force observe these months from beginning to end."""
    connection.execute("delete from core.dim_force_month")
    for recency, month in enumerate(reversed(months), start=1):
        connection.execute(
            "insert into core.dim_force_month (force, recency, age_months, is_recent,"
            " is_previous, month) values (%s, %s, 0, true, false, %s)",
            (FORCE, recency, month),
        )
