"""Values as forces really send them: codes in other case, dates that cannot be, ends in
the future, dates of birth of which a part is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from rasure import geography
from rasure.transform import pipeline
from rasure.transform.values import values_not_understood
from tests.integration import niche_day as known
from tests.integration.niche_fixtures import (
    check_against_rebuilt,
    deliver,
    number,
    row,
    set_up,
    transform,
)

EXTRACTED = datetime(2025, 6, 24, 3, 0, tzinfo=UTC)
OPEN = "31/12/9999 23:59:59"
DAY = timedelta(days=1)


@pytest.fixture
def warehouse(connection):
    """A warehouse of the made-up force, without a delivery."""
    set_up(connection)
    return connection


def person(key: int, **values) -> dict:
    return row(
        "persons", key, **{"person_type": "N", "access_domain": "General"} | values
    )


def classified(key: int, **values) -> dict:
    return known.classified(key, key, **values)


def crimes(connection) -> dict[int, tuple]:
    """Of each occurrence: the day, the beginning, and if the hour is known."""
    rows = connection.execute(
        "select right(occurrence_id, 6)::integer, operational_date, occurred_from,"
        " is_time_known from core.niche_rms_crimes order by 1"
    )
    return {key: tuple(more) for key, *more in rows}


def faults(connection) -> set[tuple]:
    return set(
        connection.execute(
            "select entity, field, reason, records from core.date_faults"
        ).fetchall()
    )


def test_codes_are_compared_without_case_and_what_is_unknown_protects(
    warehouse,
) -> None:
    domains = {
        1: "General",
        2: "GENERAL ",
        3: "restricted",
        4: "Restricted   ",
        5: "Secure - HQ only",
        6: None,
        7: "   ",
        8: "Restricted;General",
    }
    deliver(
        warehouse,
        {
            "persons": [
                *(person(key, access_domain=word) for key, word in domains.items()),
                person(9, person_type="o "),
                person(10, person_type="WITP"),
                person(11, sex=" m"),
            ],
            "occurrences": [
                known.occurrence(key, access_domain=word, is_crime="y")
                for key, word in domains.items()
            ],
            "classifications": [classified(key) for key in domains],
            "flags": [
                row(
                    "flags",
                    key,
                    occurrence_id=key,
                    flag=flag,
                    flagged_at="03/06/2025 23:00:00",
                )
                for key, flag in ((1, "da "), (2, "Da"), (3, "DVA"))
            ],
            "outcomes": [
                row(
                    "outcomes",
                    key,
                    classification_id=key,
                    outcome_code=code,
                    outcome_on="10/06/2025",
                )
                for key, code in ((1, " 01 "), (2, "1a"), (3, "99"))
            ],
            "involvements": [known.involved(1, 1, 1, "; chg;Sus ;")],
        },
        "full",
        EXTRACTED,
    )
    transform(tests=True, unit_tests=False)
    restricted = (
        "select right({}, 6)::integer from core.{} where is_restricted order by 1"
    )
    assert warehouse.execute(
        restricted.format("golden_id", "dim_person")
    ).fetchall() == [
        (3,),
        (4,),
        (5,),
        (8,),
        (10,),
    ]
    assert warehouse.execute(
        restricted.format("occurrence_id", "niche_rms_crimes")
    ).fetchall() == [(3,), (4,), (5,), (8,)]
    assert warehouse.execute(
        "select right(golden_id, 6)::integer, is_official, sex from core.dim_person"
        " where is_official or sex is not null order by 1"
    ).fetchall() == [(9, True, None), (11, False, "male")]
    assert warehouse.execute(
        "select right(occurrence_id, 6)::integer, is_domestic_abuse, outcome_group"
        " from core.int_niche_crimes"
        " where is_domestic_abuse or outcome_code is not null order by 1"
    ).fetchall() == [(1, True, "Charge"), (2, True, "Charge"), (3, False, None)]
    assert warehouse.execute(
        "select role from core.fct_involvement order by 1"
    ).fetchall() == [("charged",), ("suspect",)]
    assert warehouse.execute(
        "select entity, field, code, records, assumed from core.unmapped_codes"
        " order by 1, 2, 3"
    ).fetchall() == [
        ("flags", "flag", "DVA", 1, "no flag: neither domestic abuse nor a weapon"),
        *(
            (
                "occurrences",
                "access_domain",
                code,
                1,
                "restricted: its number is hidden",
            )
            for code in ("RESTRICTED;GENERAL", "SECURE - HQ ONLY")
        ),
        (
            *("outcomes", "outcome_code", "99", 1),
            "no positive outcome: suspicion has ended",
        ),
        *(
            ("persons", "access_domain", code, 1, "restricted: on no list")
            for code in ("RESTRICTED;GENERAL", "SECURE - HQ ONLY")
        ),
        ("persons", "person_type", "WITP", 1, "restricted: on no list"),
    ]


def test_a_date_that_cannot_be_is_emptied_and_the_record_stays(warehouse) -> None:
    day, june = known.DAY, date(2025, 6, 3)
    times = {
        1: {"occurred_from": "03/06/2062 22:15:00", "occurred_to": None},
        2: {"occurred_from": "03/06/2204 22:15:00", "occurred_to": None},
        3: {
            "occurred_from": "01/01/1900 00:00:00",
            "occurred_to": "01/01/1900 00:00:00",
        },
        4: {"occurred_from": f"{day} 22:15:00", "occurred_to": OPEN},
        5: {  # a year too late, before the extract
            "occurred_from": f"{day} 22:15:00",
            "occurred_to": None,
            "reported_at": "03/06/2024 22:40:00",
        },
        6: {"reported_at": "03/06/2062 22:40:00"},
        7: {
            "occurred_from": "03/06/2062 22:15:00",
            "occurred_to": None,
            "reported_at": "03/06/2062 22:40:00",
        },
        8: {
            "occurred_from": None,
            "occurred_to": None,
            "reported_at": "03/06/2062 22:40:00",
            "recorded_at": "03/06/2062 22:40:00",
        },
        9: {"occurred_from": "01/01/1753 00:00:00", "occurred_to": None},
        10: {"occurred_to": None, "reported_at": None},  # emptied at the door
    }
    without_start = {**classified(10), "effective_from": None}
    deliver(
        warehouse,
        {
            "occurrences": [
                known.occurrence(key, **more) for key, more in times.items()
            ],
            "classifications": [
                *(classified(key) for key in times if key != 10),
                without_start,
            ],
        },
        "full",
        EXTRACTED,
    )
    transform(tests=True, unit_tests=False)
    beginning = datetime(2025, 6, 3, 21, 15, tzinfo=UTC)
    assert crimes(warehouse) == {
        1: (june, None, False),
        2: (june, None, False),
        3: (june, None, False),
        4: (june, beginning, True),
        5: (date(2024, 6, 3), None, False),
        6: (june, beginning, True),
        7: (june, None, False),
        8: (None, None, False),
        9: (june, None, False),
        10: (june, beginning, True),
    }
    assert faults(warehouse) == {
        ("occurrences", "occurred_from", "after the extract", 3),
        ("occurrences", "occurred_from", "stands for no date", 2),
        ("occurrences", "occurred_from", "after its report", 1),
        ("occurrences", "occurred_to", "stands for no date", 2),
        ("occurrences", "reported_at", "after the extract", 3),
        ("occurrences", "recorded_at", "after the extract", 1),
        ("occurrences", "reported_at", "no date at all", 1),
    }
    check_against_rebuilt(warehouse)


def test_an_end_in_the_future_has_not_come_until_it_comes(warehouse) -> None:
    later = "30/06/2025 12:00:00"
    rows = {
        "occurrences": [known.occurrence(key) for key in range(1, 6)],
        "classifications": [
            classified(1, effective_to=OPEN),
            classified(2, effective_to=later),
            classified(3, effective_to="10/06/2025 12:00:00"),
            classified(4, effective_to="01/01/1900 00:00:00"),
            classified(5, effective_to="03/06/2025 22:00:00"),  # before its start
        ],
        "flags": [
            row(
                "flags",
                key,
                occurrence_id=key,
                flag="DA",
                flagged_at="03/06/2025 23:00:00",
                ended_at=ended_at,
            )
            for key, ended_at in ((1, OPEN), (2, later), (4, "04/06/2025 08:00:00"))
        ],
        "persons": [person(key) for key in range(1, 6)],
        "involvements": [
            known.involved(1, 1, 1, ";CHG;", effective_to=OPEN),
            known.involved(2, 1, 2, ";CHG;", effective_to=later),
            known.involved(3, 1, 3, ";CHG;", effective_to="03/06/2025 22:00:00"),
            known.involved(4, 1, 4, ";CHG;", eliminated_at="04/06/2062 22:00:00"),
            known.involved(5, 1, 5, ";CHG;", eliminated_at="01/01/2100 00:00:00"),
        ],
        "person_merges": [
            row(
                "person_merges",
                1,
                surviving_person_id=1,
                merged_person_id=2,
                merged_at="04/06/2025 10:00:00",
                unmerged_at=later,
            )
        ],
    }
    deliver(warehouse, rows, "full", EXTRACTED)
    transform(tests=True, unit_tests=False)

    def state_of_all() -> tuple:
        return (
            [
                one
                for (one,) in warehouse.execute(
                    "select state from core.crime_history order by classification_id"
                )
            ],
            [
                one
                for (one,) in warehouse.execute(
                    "select right(occurrence_id, 6)::integer from core.int_niche_crimes"
                    " where is_domestic_abuse order by 1"
                )
            ],
            warehouse.execute(
                "select right(golden_id, 6)::integer, role, role_to is null,"
                " eliminated_at is null from core.fct_involvement order by 1, 2"
            ).fetchall(),
        )

    eliminated = [(4, "charged", True, False), (4, "eliminated", True, True)]
    assert state_of_all() == (
        ["counted", "counted", "ended", "counted", "counted"],
        [1, 2],
        [
            (1, "charged", True, True),
            (3, "charged", False, True),
            *eliminated,
            (5, "charged", True, True),
        ],
    )
    assert faults(warehouse) == {
        ("classifications", "effective_to", "stands for no date", 2),
        ("classifications", "effective_to", "before its start", 1),
        ("flags", "ended_at", "stands for no date", 1),
        ("involvements", "effective_to", "stands for no date", 1),
        ("involvements", "effective_to", "before its start, kept", 1),
        ("involvements", "eliminated_at", "after the extract, kept", 1),
        ("involvements", "eliminated_at", "stands for no date", 1),
    }

    # Nothing but time has passed: another record brings the extract of July.
    deliver(
        warehouse,
        {"persons": [person(50)]},
        extracted_at=EXTRACTED + timedelta(days=14),
    )
    check_against_rebuilt(warehouse)
    assert state_of_all() == (
        ["counted", "ended", "ended", "counted", "counted"],
        [1],
        [
            (1, "charged", True, True),
            (2, "charged", False, True),
            (3, "charged", False, True),
            *eliminated,
            (5, "charged", True, True),
        ],
    )


def test_a_date_of_birth_says_what_is_known_of_it(warehouse) -> None:
    births = {
        1: ("12/05/2008", "day", date(2008, 5, 12)),
        2: ("2008", "year", date(2008, 12, 31)),
        3: ("03/2008", "month", date(2008, 3, 31)),
        4: ("00/03/2008", "month", date(2008, 3, 31)),
        5: ("00/00/2008", "year", date(2008, 12, 31)),
        6: ("01/01/2008", "year", date(2008, 12, 31)),
        7: ("01/01/1900", None, None),
        8: ("03/02/1914", None, None),
        9: ("03/02/2026", None, None),
        10: ("31/12/9999", None, None),
        11: (None, None, None),
        12: ("30/12/1899", None, None),
        13: ("04/06/1930", "day", date(1930, 6, 4)),
        14: ("29/02/2008", "day", date(2008, 2, 29)),
        15: ("01/01/1970", "year", date(1970, 12, 31)),
        16: ("2008\u00a0", "year", date(2008, 12, 31)),
        17: ("01/01/2008\u00a0", "year", date(2008, 12, 31)),
        18: ("01/01/1901", None, None),
    }
    deliver(
        warehouse,
        {"persons": [person(key, date_of_birth=one[0]) for key, one in births.items()]},
        "full",
        EXTRACTED,
    )
    transform(tests=True, unit_tests=False)
    rows = warehouse.execute(
        "select right(golden_id, 6)::integer, date_of_birth_precision,"
        " youngest_birth_date from core.dim_person order by 1"
    ).fetchall()
    assert rows == [(key, *known_) for key, (_, *known_) in births.items()]
    assert faults(warehouse) == {
        ("persons", "date_of_birth", "stands for no date", 4),
        ("persons", "date_of_birth", "more than 110 years before the extract", 1),
        ("persons", "date_of_birth", "after the extract", 1),
    }


def test_a_default_minute_is_one_only_where_the_data_show_it(warehouse) -> None:
    """Many crimes at midnight and at one minute past, noon as often as its neighbours;
    a day without a time keeps its date."""

    def at(key: int, time: str) -> dict:
        when = f"{known.DAY}{time}"
        return known.occurrence(
            key, occurred_from=when, occurred_to=when, reported_at="05/06/2025 09:00:00"
        )

    starts = [
        *[" 00:00:00"] * 20,
        *[" 01:00:00", " 23:00:00", " 11:00:00", " 12:00:00", " 12:00:00", " 13:00:00"],
        *[" 00:01:00"] * 2,
        *["", "\u00a0"],
    ]
    keys = range(1, len(starts) + 1)
    deliver(
        warehouse,
        {
            "occurrences": [at(*one) for one in zip(keys, starts, strict=True)],
            "classifications": [classified(key) for key in keys],
        },
        "full",
        EXTRACTED,
    )
    transform(tests=True, unit_tests=False)
    assert warehouse.execute(
        "select minute_of_day, is_default from core.int_niche_default_minutes"
        " order by 1"
    ).fetchall() == [(0, True), (1, False), (720, False)]
    days = crimes(warehouse)
    june = date(2025, 6, 3)
    unknown = [(days[key][0], days[key][2]) for key in (*range(1, 21), keys[-1])]
    assert unknown == [(june, False)] * 21
    # A minute past midnight is of the night before, and known.
    assert [days[key][::2] for key in (21, 25, 27)] == [
        (date(2025, 6, 2), True),
        (june, True),
        (date(2025, 6, 2), True),
    ]


def test_the_transform_ends_with_what_was_not_understood(
    warehouse, monkeypatch
) -> None:
    """No bad value stops the line, or moves the months of the force."""
    monkeypatch.setattr(geography, "is_built", lambda connection, force: True)
    deliver(
        warehouse,
        {
            "occurrences": [
                known.occurrence(1),
                known.occurrence(
                    2, occurred_from="03/06/2062 22:15:00", occurred_to=None
                ),
                known.occurrence(
                    3,
                    **dict.fromkeys(
                        ("occurred_from", "reported_at", "recorded_at"),
                        "03/06/2204 22:15:00",
                    ),
                    occurred_to=None,
                ),
            ],
            "classifications": [classified(key) for key in (1, 2, 3)],
            "persons": [
                person(1, access_domain="Secure"),
                person(2, access_domain="Secret", date_of_birth="01/01/1900"),
            ],
        },
        "full",
        EXTRACTED,
    )
    said: list[str] = []
    pipeline.run(say=said.append)
    force = warehouse.execute("select force from core.dim_force").fetchone()[0]
    assert said[-6:] == [
        f"not understood: {force}: persons.access_domain: 2 codes without a term in 2"
        " records. They count as restricted: on no list.",
        f"not understood: {force}: occurrences.occurred_from: 1 kind of date that"
        " cannot be in 2 records. They count as empty.",
        f"not understood: {force}: occurrences.reported_at: 2 kinds of date that cannot"
        " be in 2 records. They count as empty.",
        f"not understood: {force}: occurrences.recorded_at: 1 kind of date that cannot"
        " be in 1 record. They count as empty.",
        f"not understood: {force}: persons.date_of_birth: 1 kind of date that cannot be"
        " in 1 record. They count as empty.",
        "not understood: The Data quality page lists them. Give each code a term in the"
        " force's mapping (config/niche_rms or config/incidents), or have the date or"
        " the row corrected in the records system.",
    ]
    assert values_not_understood(warehouse, "marts") == said[-6:]
    assert warehouse.execute(
        "select data_from, months_observed, latest_month, data_to from core.dim_force"
    ).fetchall() == [(date(2025, 6, 1), 1, date(2025, 6, 1), date(2025, 6, 24))]
    assert warehouse.execute(
        "select count(*), min(month), max(month) from core.fct_crime"
    ).fetchone() == (2, date(2025, 6, 1), date(2025, 6, 1))
    assert warehouse.execute(
        "select count(*), count(month) from marts.crimes"
    ).fetchone() == (3, 2)
    assert warehouse.execute(
        "select kind, field, what, records from marts.values_not_understood"
        " order by kind, what, field"
    ).fetchall() == [
        ("code without a term", "access_domain", "SECRET", 1),
        ("code without a term", "access_domain", "SECURE", 1),
        *(
            ("date that cannot be", *one)
            for one in (
                ("occurred_from", "after the extract", 2),
                ("recorded_at", "after the extract", 1),
                ("reported_at", "after the extract", 1),
                ("reported_at", "no date at all", 1),
                ("date_of_birth", "stands for no date", 1),
            )
        ),
    ]


def test_an_hour_that_the_clocks_skip_or_repeat_is_counted(warehouse) -> None:
    """It is kept, and may be an hour out: the page says so. The nights are those of
    30 March 2025, which lacks 01:00 to 01:59, and of 27 October 2024, which has it
    twice."""
    times = {
        1: ("30/03/2025 01:30:00", 1, 30),  # 02:30 by a clock that was put forward
        2: ("30/03/2025 00:59:59", 0, 59),
        3: ("30/03/2025 02:00:00", 1, 0),
        4: ("27/10/2024 01:00:00", 1, 0),
        5: ("27/10/2024 01:59:59", 1, 59),
        6: ("27/10/2024 00:59:59", -1, 59),
        7: ("27/10/2024 02:00:00", 2, 0),
        8: ("30/03/2025 13:30:00", 12, 30),
    }
    ordinary = {"reported_at": "04/04/2025 09:00:00", "occurred_to": None}
    deliver(
        warehouse,
        {
            "occurrences": [
                *(
                    known.occurrence(key, occurred_from=written, **ordinary)
                    for key, (written, *_) in times.items()
                ),
                known.occurrence(
                    9,
                    occurred_from="30/03/2025",
                    occurred_to=None,
                    reported_at="30/03/2025 01:15:00",
                ),
            ],
            "classifications": [classified(key) for key in range(1, 10)],
        },
        "full",
        EXTRACTED,
    )
    transform()
    days = {"30/03/2025": datetime(2025, 3, 30), "27/10/2024": datetime(2024, 10, 27)}
    for key, (_, occurred_from, _) in crimes(warehouse).items():
        if key in times:
            written, hour, minute = times[key]
            at = days[written[:10]].replace(tzinfo=UTC)
            at += timedelta(hours=hour, minutes=minute)
            assert occurred_from.replace(second=0) == at, key
    skipped, repeated = (
        f"in an hour that the clocks {word}" for word in ("skip", "repeat")
    )
    assert faults(warehouse) == {
        ("occurrences", "occurred_from", skipped, 1),
        ("occurrences", "reported_at", skipped, 1),
        ("occurrences", "occurred_from", repeated, 2),
    }


def deliver_unread(connection, records, **codes: str) -> None:
    """Deliver, a day later, rows of (entity, key) that go to quarantine."""
    delivered, _ = records[0]
    load_id = deliver(connection, {delivered: []}, extracted_at=EXTRACTED + DAY)
    (file_id,) = connection.execute(
        "select file_id from ops.delivery_files where load_id = %s", (load_id,)
    ).fetchone()
    columns = ("load_id", "file_id", "row_number", "reasons", "original", "record_id")
    columns += tuple(codes)
    for row_number, (entity, key) in enumerate(records, 1):
        values = (load_id, file_id, row_number, ["unreadable"], "x", number(key))
        values += tuple(codes.values())
        connection.execute(
            f"insert into quarantine.niche_{entity} ({', '.join(columns)})"
            f" values ({', '.join(['%s'] * len(columns))})",
            values,
        )


def standing(connection) -> list[tuple]:
    """Each person and role that counts."""
    return connection.execute(
        "select right(golden_id, 6)::integer, role from core.fct_involvement"
        " where is_standing order by 1, 2"
    ).fetchall()


def closed(connection) -> list[tuple]:
    """How many records of each entity a row in quarantine closes."""
    return connection.execute(
        "select entity, records from core.closed_by_quarantine order by 1"
    ).fetchall()


def test_a_record_in_quarantine_only_may_be_restricted(warehouse) -> None:
    """A merge into it closes the person; a good row of it opens them again."""
    merge = row(
        "person_merges",
        1,
        surviving_person_id=1,
        merged_person_id=2,
        merged_at="04/06/2025 10:00:00",
    )
    first = {"persons": [person(1), person(3)], "person_merges": [merge]}
    deliver(warehouse, first, "full", EXTRACTED)
    transform()

    def restricted() -> list[tuple]:
        return warehouse.execute(
            "select right(golden_id, 6)::integer from core.dim_person"
            " where is_restricted order by 1"
        ).fetchall()

    assert restricted() == []
    deliver_unread(
        warehouse, [("occurrences", 7), ("persons", 2)], access_domain="Secure"
    )
    built = check_against_rebuilt(warehouse)
    assert restricted() == [(1,)]
    assert number(7) in str(built["core.restricted_occurrences"])
    assert closed(warehouse) == [("occurrences", 1), ("persons", 1)]
    deliver(warehouse, {"persons": [person(2)]}, extracted_at=EXTRACTED + 2 * DAY)
    check_against_rebuilt(warehouse)
    assert restricted() == []
    assert closed(warehouse) == [("occurrences", 1)]


def test_an_involvement_in_quarantine_may_eliminate_its_suspect(warehouse) -> None:
    """Suspicion waits for the row that could not be read; a caution stands."""
    suspected = known.involved(1, 1, 1, ";SUS;")
    cautioned = known.involved(2, 1, 2, ";SUS;CAU;")
    deliver(
        warehouse,
        {
            "persons": [person(1), person(2)],
            "occurrences": [known.occurrence(1)],
            "classifications": [classified(1)],
            "involvements": [suspected, cautioned],
        },
        "full",
        EXTRACTED,
    )
    transform()

    everything = [(1, "suspect"), (2, "cautioned"), (2, "suspect")]
    assert standing(warehouse) == everything
    deliver_unread(warehouse, [("involvements", 1), ("involvements", 2)])
    check_against_rebuilt(warehouse)
    assert standing(warehouse) == [(2, "cautioned")]
    assert closed(warehouse) == [("involvements", 2)]
    deliver(
        warehouse,
        {"involvements": [suspected, cautioned]},
        extracted_at=EXTRACTED + 2 * DAY,
    )
    check_against_rebuilt(warehouse)
    assert standing(warehouse) == everything


def test_a_decision_in_quarantine_may_be_an_acquittal(warehouse) -> None:
    """What an outcome or a court decided does not count until its row can be read."""

    def outcome(key: int, code: str, **values) -> dict:
        return row(
            "outcomes",
            key,
            classification_id=key,
            outcome_code=code,
            outcome_on="10/06/2025",
            **values,
        )

    charged = outcome(1, "1", person_id=1)
    under_way = outcome(2, "1")
    guilty = row(
        "court_results",
        3,
        classification_id=3,
        person_id=3,
        result="G",
        result_on="20/06/2025",
    )
    keys = (1, 2, 3)
    deliver(
        warehouse,
        {
            "persons": [person(key) for key in keys],
            "occurrences": [known.occurrence(key) for key in keys],
            "classifications": [classified(key) for key in keys],
            "involvements": [known.involved(key, key, key, ";SUS;") for key in keys],
            "outcomes": [charged, under_way],
            "court_results": [guilty],
        },
        "full",
        EXTRACTED,
    )
    transform()

    everything = [
        (1, "charged"),
        (1, "suspect"),
        (2, "suspect"),
        (3, "convicted"),
        (3, "suspect"),
    ]
    assert standing(warehouse) == everything
    deliver_unread(warehouse, [("outcomes", 1), ("outcomes", 2)])
    deliver_unread(warehouse, [("court_results", 3)])
    check_against_rebuilt(warehouse)
    assert standing(warehouse) == []
    assert closed(warehouse) == [("court_results", 1), ("outcomes", 2)]
    deliver(
        warehouse,
        {"outcomes": [charged, under_way], "court_results": [guilty]},
        extracted_at=EXTRACTED + 2 * DAY,
    )
    check_against_rebuilt(warehouse)
    assert standing(warehouse) == everything
