"""The rules on people on real tables: who is listed, why, and what nobody can add."""

from __future__ import annotations

import json
import re

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from rasure.people import commands, network
from rasure.people.errors import NotOnAList, ReviewDateRejected
from rasure.settings import Settings
from rasure.transform import dbt, marts
from tests.integration.people_fixtures import (
    SEEDS,
    build_people,
    dbt_build,
    put_people,
)

EVERYTHING = ("path:models/core/people", "path:models/marts/people")
LISTED = "select person_id, rules from marts_people.hot_people_{}"
# What no rule on people may look at.
NEVER = re.compile(
    r"\b(ethnicity|sex|gender|postcode|address\w*|uprn|area_id|hexagon_id|school\w*"
    r"|religion|nationality|forename\w*|surname\w*|national_id)\b"
)


@pytest.fixture
def people(connection):
    """The made-up people with the rules applied to them."""
    dbt_build("--select", *SEEDS)
    put_people(connection)
    build_people(*EVERYTHING)
    return connection


def ask(connection, query: str) -> list[tuple]:
    return connection.execute(query).fetchall()


def test_a_right_to_read_the_marts_is_none_to_read_of_people(people, cluster) -> None:
    assert marts.grant_readers(people)
    people.commit()
    rights = ask(
        people,
        "select reader, has_schema_privilege(reader, 'marts', 'usage'),"
        " has_schema_privilege(reader, 'marts_people', 'usage'),"
        " has_schema_privilege(reader, 'core', 'usage')"
        " from unnest(array['rasure_reader', 'rasure_people_reader']) as reader",
    )
    assert rights == [
        ("rasure_reader", True, False, False),
        ("rasure_people_reader", True, True, False),
    ]
    name, listed = people.info.dbname, "select count(*) from marts_people.{}"
    for table in ("hot_people_risk", "person_evidence", "knife_carrier_reviews"):
        url = cluster.url(name, "rasure_people_reader", cluster.password)
        with psycopg.connect(url) as reader:
            reader.execute(listed.format(table))
        url = cluster.url(name, "rasure_reader", cluster.password)
        with (
            psycopg.connect(url) as reader,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            reader.execute(listed.format(table))


def test_who_is_listed_and_why(people) -> None:
    assert ask(people, LISTED.format("risk")) == [
        ("carrier", "Habitual knife carrier; Causing most harm")
    ]
    assert ask(
        people, "select person_id, rules from marts_people.hot_people_under_18"
    ) == [("youth", "Habitual knife carrier; Causing most harm")]
    assert ask(
        people, "select person_id, rules from marts_people.hot_people_vulnerable"
    ) == [("victim", "Injured with a knife; Suffering most harm; Repeat victim")]
    # Neither five searches without a find, nor being eliminated, nor being there.
    named = "select person_id from core.int_knife_events group by 1 order by 1"
    assert ask(people, named) == [("carrier",), ("partner",), ("youth",)]
    assert ask(
        people,
        "select source_kind, occurrence_number, detail, event_on::text,"
        " counts_until::text from marts_people.person_evidence"
        " where person_id = 'carrier' and rule_id = 'hkc_evidential' order by event_on",
    ) == [
        (
            "offence",
            "43240000001",
            "charged or cautioned",
            "2023-03-01",
            "2025-03-01",
        ),
        (
            "offence",
            "43240000002",
            "charged or cautioned",
            "2024-01-15",
            "2026-01-15",
        ),
    ]
    # o2 is shared by two who count (the officer does not): 365 / 2; both with a weapon.
    by_hand = 1460 * 1.5 * 2 ** (-458 / 730.5) + 365 / 2 * 1.5 * 2 ** (-138 / 730.5)
    ((score, evidence, drops_off_on),) = ask(
        people,
        "select score, (select sum(contribution)"
        " from marts_people.person_evidence as evidence"
        " where evidence.person_id = risk.person_id and rule_id = 'most_harm'),"
        " drops_off_on::text from marts_people.hot_people_risk as risk",
    )
    assert score == pytest.approx(by_hand, abs=1e-5)
    assert evidence == pytest.approx(score, abs=1e-9)
    assert drops_off_on == "2025-03-01"


def test_a_person_drops_off_on_the_exact_day(people) -> None:
    for day, listed in (("2025-02-28", 1), ("2025-03-01", 0)):
        people.execute(
            "update public.made_up_as_of set as_of = %(day)s::timestamptz,"
            " as_of_date = %(day)s",
            {"day": day},
        )
        build_people(*EVERYTHING)
        rows = ask(
            people,
            "select count(*) from marts_people.hot_people_risk"
            " where person_id = 'carrier'",
        )
        assert rows == [(listed,)], day


def test_no_rule_looks_at_what_must_never_count(people) -> None:
    settings = Settings.load()
    nothing = ["compile", "--write-json", "--select", "path:nothing"]
    answer = dbt.call(settings, nothing)
    assert answer.code == 0, answer.error
    target = dbt.target_path(settings)
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]

    def above(name: str) -> set[str]:
        """The models that `name` is made of, down to the inputs."""
        seen, open_ones = set(), [f"model.rasure.{name}"]
        while open_ones:
            node = open_ones.pop()
            if node in seen or node not in nodes:
                continue
            seen.add(node)
            if not node.removeprefix("model.rasure.").startswith("people_"):
                open_ones += nodes[node]["depends_on"].get("nodes", [])
        return {node.split(".")[-1] for node in seen}

    compiled = target / "compiled" / "rasure" / "models"
    files = [
        file
        for part in ("core/people", "marts/people")
        for file in (compiled / part).glob("*.sql")
    ]
    assert len(files) > 20
    for file in files:
        sql = re.sub(r"--.*", "", file.read_text().lower())
        assert not NEVER.search(sql), f"{file.name}: {NEVER.search(sql)[0]}"
    columns = people.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema || '.' || table_name like any (array["
        "'marts_people.hot_people%', 'marts_people.%evidence', 'core.person_harm',"
        "'marts_people.knife_carrier%'])"
    ).fetchall()
    assert len(columns) > 60
    assert not [row for row in columns if NEVER.search(row[1])]
    # Risk is not made of victimhood, vulnerability not of what a person did.
    risk = above("int_most_harm") | above("int_knife_carriers")
    harmed = {"int_harmed_events", "int_most_harmed", "int_vulnerable_entries"}
    assert "int_countable_involvements" in risk and not risk & (
        harmed | {"int_exploitation"}
    )
    assert not above("int_vulnerable_entries") & (risk - above("int_harmed_events"))


def test_decisions_and_plans(people) -> None:
    app = typer.Typer()
    commands.register(app)

    def run(*words: str):
        return CliRunner().invoke(app, ["people", *words])

    carrier = ("testshire", "risk", "carrier")
    assert "3 overdue or without a plan" in run("overdue").output
    kept = run("plan", *carrier, "--owner", "Sgt 1", "--actions", "Visit", "--by", "A")
    assert kept.output == "Plan kept; next review 2024-09-01.\n"
    refused = run(
        "confirm", *carrier, "--reason", "In custody", "--by", "A", "--refuse"
    )
    assert refused.output.startswith("Refused until 2024-09-01, by A.")
    build_people("int_people_listed+")
    assert ask(people, "select person_id from marts_people.hot_people_risk") == []
    run("confirm", *carrier, "--reason", "Released", "--by", "B")
    build_people("int_people_listed+")
    assert ask(
        people,
        "select owner, has_plan, is_confirmed, review_on::text"
        " from marts_people.hot_people_risk",
    ) == [("Sgt 1", True, True, "2024-09-01")]
    assert ask(
        people,
        "select decision, reason, decided_by from people.confirmations"
        " order by confirmation_id",
    ) == [("refused", "In custody", "A"), ("confirmed", "Released", "B")]
    for words, error, message in (
        (
            ("testshire", "risk", "victim"),
            NotOnAList,
            "meets no rule of the list 'risk'",
        ),
        ((*carrier, "--review-on", "2024-09-02"), ReviewDateRejected, "92 days later"),
        ((*carrier, "--review-on", "2024-05-31"), ReviewDateRejected, "2024-06-01"),
    ):
        answer = run("confirm", *words, "--reason", "x", "--by", "A")
        assert isinstance(answer.exception, error)
        assert message in str(answer.exception)
    assert network.refresh(people, network.joined(people)) == 2
    assert ask(
        people,
        "select person_id, partners, weight, core_number, component_size"
        " from people.co_offending where person_id in ('carrier', 'youth')"
        " order by person_id",
    ) == [("carrier", 1, 1.0, 1, 2)]
    # Whom the force deleted is gone; another force's empty core loses nothing.
    people.execute("update people.plans set force = 'elsewhere' where plan_id = 1")
    people.execute("delete from public.made_up_persons where person_id = 'carrier'")
    assert run("forget").output == "3 rows erased.\n"
    assert ask(people, "select force from people.plans") == [("elsewhere",)]
    assert ask(people, "select person_id from people.co_offending") == [("partner",)]
