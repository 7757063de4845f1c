"""A made-up force's people, put where the rules on people read."""

from __future__ import annotations

import psycopg

from rasure.settings import Settings
from rasure.transform import dbt

SEEDS = (
    "people_figures",
    "evidence_tiers",
    "people_rules",
    "search_find_rules",
    "intelligence_grades",
    "harm_windows",
)
# What the rules read: the inputs `core.people_<name>` and their columns.
INPUTS = {
    "as_of": "force text, clock text, as_of timestamptz, as_of_date date",
    "involvements": (
        "force text, person_id text, crime_id text, occurrence_id text, "
        "occurrence_number text, title text, role text, side text, "
        "person_result text, evidence_tier integer, harm_days numeric, "
        "is_current boolean, is_serious_violence boolean, "
        "is_police_generated boolean, is_domestic boolean, "
        "is_injury boolean, has_weapon boolean, is_knife_recorded boolean, "
        "is_knife_possession boolean, is_knife_held_by_other boolean, "
        "occurred_at timestamptz, eliminated_at timestamptz, "
        "may_be_eliminated boolean"
    ),
    "persons": (
        "force text, person_id text, is_official boolean, "
        "is_restricted boolean, is_birth_date_estimated boolean, "
        "date_of_birth date, deceased_on date"
    ),
    "searches": (
        "force text, person_id text, stop_search_id text, "
        "occurrence_id text, occurrence_number text, found text, "
        "searched_at timestamptz"
    ),
    "intelligence": (
        "force text, person_id text, intelligence_id text, "
        "source_reference text, source_grade text, information_grade text, "
        "reported_at timestamptz"
    ),
    "markers": (
        "force text, person_id text, marker_id text, started_on date, ended_on date"
    ),
}
CRIME = {
    "force": "testshire",
    "title": "Wounding",
    "role": "charged",
    "side": "causing harm",
    "evidence_tier": 4,
    "harm_days": 1460,
    "is_current": True,
    "is_serious_violence": True,
    "is_police_generated": False,
    "is_domestic": False,
    "is_injury": True,
    "has_weapon": True,
    "is_knife_recorded": True,
    "is_knife_possession": False,
    "is_knife_held_by_other": False,
}
SUSPECT = {"role": "suspect", "evidence_tier": 1}
VICTIM = {"role": "victim", "side": "harmed", "evidence_tier": 0}

# (person, occurrence, day, changes to CRIME)
INVOLVEMENTS = (
    ("carrier", "o1", "2023-03-01", {}),
    ("carrier", "o2", "2024-01-15", {"harm_days": 365}),
    ("partner", "o2", "2024-01-15", {"harm_days": 365}),
    ("partner", "o3", "2024-02-01", {**SUSPECT}),
    ("partner", "o4", "2024-02-02", {"person_result": "no further action"}),
    ("eliminated", "o1", "2023-03-01", {"eliminated_at": "2023-04-01"}),
    ("eliminated", "o5", "2024-03-01", {"may_be_eliminated": True}),
    ("victim", "o1", "2023-08-01", {**VICTIM}),
    ("victim", "o2", "2024-01-15", {**VICTIM}),
    ("victim", "o6", "2024-03-15", {**VICTIM, "is_injury": False}),
    ("officer", "o1", "2023-03-01", {}),
    ("officer", "o2", "2024-01-15", {}),
    ("youth", "o7", "2023-09-01", {"harm_days": 10}),
    ("youth", "o8", "2024-02-10", {"harm_days": 10}),
    ("child", "o7", "2023-09-01", {"harm_days": 10}),
    ("child", "o8", "2024-02-10", {"harm_days": 10}),
)
PERSONS = {
    "carrier": "1990-01-01",
    "partner": "1991-01-01",
    "eliminated": "1992-01-01",
    "victim": "1993-01-01",
    "officer": "1980-01-01",
    "searched": "1994-01-01",
    "youth": "2008-01-01",
    "child": "2015-01-01",
}


def put_people(connection: psycopg.Connection) -> None:
    """Stand tables of the made-up force in place of the inputs of the rules."""
    connection.execute("create schema if not exists core")
    for name, columns in INPUTS.items():
        connection.execute(f"create table public.made_up_{name} ({columns})")
        connection.execute(
            f"create or replace view core.people_{name} as"
            f" select * from public.made_up_{name}"
        )
    connection.execute(
        "create view core.restricted_occurrences as"
        " select null::text as force, null::text as occurrence_id where false"
    )
    insert(
        connection,
        "as_of",
        force="testshire",
        clock="Europe/London",
        as_of="2024-06-01 00:00+00",
        as_of_date="2024-06-01",
    )
    for person, birthday in PERSONS.items():
        insert(
            connection,
            "persons",
            force="testshire",
            person_id=person,
            date_of_birth=birthday,
            is_official=person == "officer",
            is_restricted=False,
        )
    for person, occurrence, day, changes in INVOLVEMENTS:
        row = {
            **CRIME,
            "person_id": person,
            "occurrence_id": occurrence,
            "crime_id": f"crime {occurrence}",
            "occurrence_number": f"4324000000{occurrence[1:]}",
            "occurred_at": f"{day} 22:00+00",
            **changes,
        }
        insert(connection, "involvements", **row)
    for number in range(5):
        insert(
            connection,
            "searches",
            force="testshire",
            person_id="searched",
            stop_search_id=f"s{number}",
            found="nothing",
            searched_at=f"2024-0{number + 1}-01 12:00+00",
        )


def insert(connection: psycopg.Connection, table: str, **values) -> None:
    """One row of a made-up table."""
    connection.execute(
        f"insert into public.made_up_{table} ({', '.join(values)})"
        f" values ({', '.join('%s' for _ in values)})",
        tuple(values.values()),
    )


def dbt_build(*arguments: str) -> None:
    """Build what is selected from nothing, without unit tests: the made-up inputs log
    no changed keys."""
    answer = dbt.call(
        Settings.load(),
        ["build", "--full-refresh", "--exclude-resource-type", "unit_test", *arguments],
    )
    assert answer.code == 0, answer.error


def build_people(*more: str) -> None:
    """Build the rules on people and their marts from the made-up inputs.

    The profiles have names and orders, which no rule may look at: not built here.
    """
    profiles = ("int_person_history", "person_history", "person_profile")
    inputs = (f"people_{name}" for name in INPUTS)
    exclude = ["--exclude", "int_knife_holders", *profiles, *inputs]
    dbt_build("--select", *(more or ("path:models/core/people",)), *exclude)
