"""A known-answer day: a hand-written extract with every trap of such extracts in it.

The square of the made-up force has its hospital near the north-east corner. Occurrence
1 is the plain case; each of the others is like it but for what it is there to show.
"""

from __future__ import annotations

from tests.integration.niche_fixtures import east, north, row

DAY = "03/06/2025"  # 3 June, not 6 March


def occurrence(key: int, **values) -> dict:
    """A crime of that day at 22:15 local time."""
    return row(
        "occurrences",
        key,
        **{
            "occurrence_number": f"4325{key:07d}",
            "reported_at": f"{DAY} 22:40:00",
            "recorded_at": f"{DAY} 23:05:00",
            "occurred_from": f"{DAY} 22:15:00",
            "occurred_to": f"{DAY} 22:15:00",
            "is_crime": "Y",
            "location_type": "STR",
            "summary": "Fight outside",
            **values,
        },
    )


def classified(key: int, occurrence_id: int, offence: str = "5D", **values) -> dict:
    """A classification that held from the evening on."""
    return row(
        "classifications",
        key,
        **{
            "occurrence_id": occurrence_id,
            "sequence": "1",
            "reported_class": offence,
            "recorded_class": offence,
            "recorded_subclass": "005/01" if offence == "5D" else None,
            "detection_mode": "PUB",
            "effective_from": f"{DAY} 23:05:00",
            **values,
        },
    )


def at(key: int, occurrence_id: int, address_id: int | None, **values) -> dict:
    """Where an occurrence was."""
    return row(
        "occurrence_addresses",
        key,
        occurrence_id=occurrence_id,
        address_id=address_id,
        **{"roles": ";OLC;", "is_area_source": "Y", **values},
    )


def involved(key: int, occurrence_id: int, person_id: int, roles: str, **values):
    """A person in an occurrence."""
    return row(
        "involvements",
        key,
        occurrence_id=occurrence_id,
        person_id=person_id,
        roles=roles,
        **{"created_at": f"{DAY} 23:30:00", **values},
    )


def address(key: int, x: str | None, y: str | None, **values) -> dict:
    """An address in High Street."""
    return row("addresses", key, x=x, y=y, **{"street": "High Street", **values})


DELIVERY = {
    "occurrences": [
        occurrence(1, mo_text="One line,\nanother; “quoted”, with commas"),
        occurrence(2, location_type="DWE", summary="Threats, no knife seen"),
        occurrence(3, cancelled_at="04/06/2025 09:00:00"),
        occurrence(4, transferred_to="hampshire"),
        occurrence(5, is_crime="N"),
        # Reported two weeks late, window of two days: the hour is not known.
        occurrence(
            6,
            reported_at="20/06/2025 10:00:00",
            occurred_from="03/06/2025 20:00:00",
            occurred_to="05/06/2025 20:00:00",
        ),
        # 01:30 comes twice on this night; the second one is meant.
        occurrence(
            7,
            occurred_from="27/10/2024 01:30:00",
            occurred_to="27/10/2024 01:30:00",
            reported_at="27/10/2024 02:00:00",
        ),
        occurrence(8, occurred_from=f"{DAY} 00:01:00", occurred_to=f"{DAY} 23:59:00"),
        occurrence(
            9, location_type="ZZZ", mo_text="He was stabbed with a kitchen knife"
        ),
        occurrence(10, location_type=None),
        occurrence(11),
        occurrence(12, occurred_to="03/06/2025 21:00:00"),
    ],
    "classifications": [
        classified(1, 1),
        classified(2, 1, "8N", sequence="2"),  # no weapon: a crime, not in scope
        classified(3, 2, "3B"),
        classified(4, 3),
        classified(5, 4),
        classified(6, 5),
        classified(7, 6, "8N", effective_to="21/06/2025 09:00:00"),
        classified(  # the same crime, later seen as grievous bodily harm
            8, 6, "5D", reported_class="8N", effective_from="21/06/2025 09:00:00"
        ),
        classified(9, 7, "8N"),
        classified(10, 8, "34B"),
        classified(11, 9, "8N", recorded_subclass="008/02"),
        classified(12, 10, "10D", detection_mode="POL"),
        classified(13, 11, "999"),
        classified(14, 12),
    ],
    "outcomes": [
        row("outcomes", 1, classification_id=1, outcome_code="0", outcome_on=DAY),
        row(
            "outcomes",
            2,
            classification_id=1,
            person_id=1,
            outcome_code="1",
            outcome_on="10/06/2025",
        ),
        row(
            "outcomes",
            3,
            classification_id=3,
            person_id=5,
            outcome_code="16",
            outcome_on="12/06/2025",
        ),
        row("outcomes", 4, classification_id=8, outcome_code="18", outcome_on=DAY),
    ],
    "court_results": [
        row(
            "court_results",
            1,
            classification_id=1,
            person_id=1,
            result="G",
            result_on="20/06/2025",
        )
    ],
    "persons": [
        row("persons", 1, date_of_birth="02/01/1990", sex="M", person_type="N"),
        row("persons", 2, date_of_birth="02/01/1990", sex="M", person_type="N"),
        row("persons", 3, date_of_birth="30/05/2010", sex="F", person_type="N"),
        row("persons", 4, sex="F", person_type="O"),
        row("persons", 5, sex="Q", access_domain="restricted"),
        row("persons", 6, sex="F"),
    ],
    "person_names": [
        row("person_names", 1, person_id=1, name_type="LEG", forename="A", surname="B"),
        row("person_names", 2, person_id=2, name_type="ALI", forename="C", surname="B"),
        row("person_names", 3, person_id=2, name_type="LEG", forename="A", surname="B"),
    ],
    "person_merges": [
        row(
            "person_merges",
            1,
            surviving_person_id=1,
            merged_person_id=2,
            merged_at="04/06/2025 10:00:00",
        ),
        row(  # merged by mistake, and undone
            "person_merges",
            2,
            surviving_person_id=1,
            merged_person_id=6,
            merged_at="04/06/2025 10:00:00",
            unmerged_at="05/06/2025 10:00:00",
        ),
    ],
    "involvements": [
        involved(1, 1, 1, ";SUS;ARR;VIC;"),
        involved(2, 1, 2, ";SUS;"),  # the same person by another record
        involved(3, 1, 3, ";VIC;"),
        involved(4, 1, 4, ";WIT;RPE;"),
        involved(5, 1, 6, ";SUS;", eliminated_at="05/06/2025 09:00:00"),
        involved(6, 1, 99, ";SUS;"),  # a record that the replica does not show
        involved(7, 2, 5, ";SUS;"),
        involved(8, 6, 6, ";SUS;"),  # closed with no suspect identified
        involved(9, 3, 6, ";SUS;"),  # cancelled
        involved(10, 9, 6, ";SUS;QQQ;"),
    ],
    "addresses": [
        address(1, east(300), north(500)),
        address(2, "0", "0"),
        address(3, "45000000", "20000000"),  # the force's default point
        address(4, north(500), east(300)),  # the other way round
        address(5, "-1.271", "51.701"),  # degrees
        address(6, east(9000), north(500)),  # far outside
        address(7, east(1800), north(800), premise_type="HOS"),
        address(8, None, None),
        address(9, east(1500), north(100), street=None),
    ],
    "occurrence_addresses": [
        at(1, 1, 1),
        at(2, 1, 7, roles=";DAD;", is_area_source="N"),
        at(3, 2, 2),
        at(4, 6, 3),
        at(5, 7, 4),
        at(6, 8, 5),
        at(7, 9, 6),
        at(8, 10, 7),
        at(9, 11, None, entered_x=east(700), entered_y=north(700)),
        at(10, 12, 9),
    ],
    "weapons": [
        row("weapons", 1, occurrence_id=12, weapon="KNI", weapon_use="USE"),
        row("weapons", 2, occurrence_id=1, person_id=1, weapon="NON"),
    ],
    "flags": [
        row("flags", 1, occurrence_id=2, flag="KN", flagged_at=f"{DAY} 23:00:00"),
        row("flags", 2, occurrence_id=2, flag="DA", flagged_at=f"{DAY} 23:00:00"),
        row(
            "flags",
            3,
            occurrence_id=1,
            flag="DA",
            flagged_at=f"{DAY} 23:00:00",
            ended_at="04/06/2025 08:00:00",
        ),
    ],
}
