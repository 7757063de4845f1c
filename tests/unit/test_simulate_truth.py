"""What is planted in a simulated force, and what follows from it in the delivery."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from rasure.instruments.simulate.carriers import TRAPS
from rasure.instruments.simulate.clock import DAY, NONE
from rasure.instruments.simulate.facts_tables import harm_days, offences
from rasure.instruments.simulate.truth import has_ended
from rasure.sources.niche_rms.terms import TERMS
from tests.unit.simulated_force import MAPPING, delivered, instant, truth


def test_points_have_every_fault_and_the_truth_knows_them(simulated, delivery):
    faults = {row["occurrence_id"]: row for row in truth(simulated, "geocode_faults")}
    kinds = Counter(row["fault"] for row in faults.values())
    assert set(kinds) >= {
        "default point",
        "swapped",
        "outside the force",
        "missing",
        "a street off",
    }
    entered = {
        row["occurrence_id"]: row
        for row in delivered(delivery, "occurrence_addresses")
        if row["is_area_source"] == "Y"
    }
    defaults = {
        (str(int(p.x * 100)), str(int(p.y * 100))) for p in MAPPING.default_points
    }
    for id_, row in faults.items():
        point = (entered[id_]["entered_x"], entered[id_]["entered_y"])
        assert not entered[id_]["address_id"]
        if row["fault"] == "default point":
            assert point in defaults
        if row["fault"] == "missing":
            assert point == ("", "")
        if row["fault"] == "swapped":
            swapped = (round(row["true_y"] * 100), round(row["true_x"] * 100))
            assert point == tuple(map(str, swapped))
        if row["fault"] == "a street off":
            x, y = (int(value) / 100 for value in point)
            assert 59 < math.hypot(x - row["true_x"], y - row["true_y"]) < 151


def test_violence_repeats_in_its_cell_and_summers_have_more(simulated):
    rows = truth(simulated, "occurrences")
    months = Counter(row["happened_at"].month for row in rows)
    assert 1.15 < months[7] / months[1] < 1.55
    violence = {
        (row["hexagon_id"], row["happened_at"])
        for row in rows
        if row["is_serious_violence_in_public"]
    }
    weeks = [timedelta(days=7), timedelta(days=14)]
    repeats = sum(
        any((cell, at - week) in violence for week in weeks) for cell, at in violence
    )
    assert 0.04 < repeats / len(violence) < 0.18


def test_people_are_doubled_twinned_young_and_official(simulated, delivery):
    persons = {row["person_id"]: row for row in delivered(delivery, "persons")}
    people = truth(simulated, "people")
    records = Counter(row["true_person"] for row in people)
    assert {row["person_id"] for row in people} == set(persons)
    assert 0.10 < sum(n > 1 for n in records.values()) / len(records) < 0.20
    assert any(row["person_type"] == "O" for row in persons.values())
    assert any(row["is_birth_date_estimated"] == "Y" for row in persons.values())
    assert any(not row["date_of_birth"] for row in persons.values())
    known = sum(bool(row["national_id"]) for row in persons.values())
    assert 0.10 < known / len(persons) < 0.25
    faults = {row["record_fault"] for row in people}
    assert {"slip", "nickname", "alias", "swapped", "year only", "no date"} <= faults
    names = {row["name_type"] for row in delivered(delivery, "person_names")}
    assert names == {"LEG", "ALI", "NIC", "MAI"}
    by_true: dict[int, set[str]] = defaultdict(set)
    for row in people:
        if number := persons[row["person_id"]]["national_id"]:
            by_true[row["true_person"]].add(number)
    assert all(len(numbers) == 1 for numbers in by_true.values())
    owners = Counter(number for numbers in by_true.values() for number in numbers)
    assert max(owners.values()) == 1


def test_every_trap_around_knife_carriers_is_planted_and_holds_none(simulated):
    traps = truth(simulated, "knife_traps")
    assert {row["trap"] for row in traps} == set(TRAPS)
    assert not any(row["is_carrier"] for row in traps)


def test_knife_carriers_follow_the_rule_in_what_was_delivered(
    simulated, delivery, occurrences
):
    """Worked out again from the delivery alone, but for who is who."""
    true = {row["person_id"]: row["true_person"] for row in truth(simulated, "people")}
    knife = {
        row["occurrence_id"]
        for row in truth(simulated, "occurrences")
        if row["has_knife"]
    }
    events = {row["occurrence_id"]: row for row in occurrences}
    since, until = instant("01/01/2024 04:00:00"), instant("01/01/2026 04:00:00")
    events_by_person: dict[int, dict[str, object]] = defaultdict(dict)
    for row in delivered(delivery, "involvements"):
        event = events[row["occurrence_id"]]
        roles = set(row["roles"].split(";"))
        if (
            row["occurrence_id"] in knife
            and roles & {"CHG", "CAU", "CON"}
            and not row["eliminated_at"]
            and not event["cancelled_at"]
        ):
            at = instant(event["occurred_from"] or event["reported_at"])
            events_by_person[true[row["person_id"]]][row["occurrence_id"]] = at
    for row in delivered(delivery, "stop_searches"):
        if row["found"] == "KNI" and row["person_id"]:
            event = events.get(row["occurrence_id"])
            if event and event["cancelled_at"]:
                continue
            id_ = row["occurrence_id"] or row["stop_search_id"]
            searched = instant(row["searched_at"])
            events_by_person[true[row["person_id"]]].setdefault(id_, searched)
    carriers = set()
    for person, own in events_by_person.items():
        times = sorted(at for at in own.values() if since <= at < until)
        if times and times[-1] - times[0] >= timedelta(days=1):
            carriers.add(person)
    planted = truth(simulated, "knife_carriers")
    assert {row["true_person"] for row in planted} == carriers
    assert any(row["is_planted"] for row in planted)
    for row in truth(simulated, "knife_events"):
        assert row["at"] // 86_400 - row["born"] >= 10 * 365 or not row["is_planted"]
    assert all(row["events_apart"] >= 2 for row in planted)
    assert any(row["is_under_18"] for row in planted)


def test_a_knife_that_led_to_a_charge_can_be_seen_somewhere(simulated, delivery):
    charged = {
        row["occurrence_id"]
        for row in delivered(delivery, "involvements")
        if set(row["roles"].split(";")) & {"CHG", "CAU", "CON"}
    }
    rows = [row for row in truth(simulated, "occurrences") if row["has_knife"]]
    signs = ("is_knife_coded", "is_knife_flagged", "is_knife_in_text")
    for row in rows:
        if row["occurrence_id"] in charged:
            assert any(row[sign] for sign in signs)
    assert any(not row["is_knife_flagged"] for row in rows)
    assert any(
        row["is_knife_denied_in_text"] and not row["has_knife"]
        for row in truth(simulated, "occurrences")
    )


def test_institutions_hold_much_and_their_neighbours_are_hot(simulated):
    institutions = truth(simulated, "institutions")
    assert {row["kind"] for row in institutions} >= {"prison", "hospital"}
    rates = defaultdict(float)
    for row in truth(simulated, "cell_rates"):
        if row["window_from"].year == 2024:
            rates[row["hexagon_id"]] = row["serious_violence"]
    ranked = sorted(rates, key=rates.get, reverse=True)
    hot = set(ranked[: round(0.0013 * len(ranked))])
    neighbours = {row["valid_neighbour_hexagon_id"] for row in institutions} - {None}
    assert len(neighbours) >= 12
    assert neighbours <= hot
    assert not {row["hexagon_id"] for row in institutions} & hot


def test_few_offenders_hold_most_harm_and_next_year_s_are_others(simulated):
    harm: Counter = Counter()
    by_year: dict[int, Counter] = defaultdict(Counter)
    for row in truth(simulated, "offender_rows"):
        harm[row["true_person"]] += row["harm_days"]
        by_year[row["processed_at"].year][row["true_person"]] += row["harm_days"]
    ordered = sorted(harm.values(), reverse=True)
    top = sum(ordered[: round(0.07 * len(ordered))]) / sum(ordered)
    assert 0.65 < top < 0.92
    seen: set[int] = set()
    shares = []
    for year in sorted(by_year):
        count = max(1, round(0.07 * len(by_year[year])))
        listed = {person for person, _ in by_year[year].most_common(count)}
        if seen:
            shares.append(len(listed - seen) / len(listed))
        seen |= listed
    assert sum(shares) / len(shares) > 0.90


def test_hot_hours_are_where_the_truth_says(simulated):
    rows = truth(simulated, "hot_hours")
    places = {row["scope"] for row in rows if not row["is_force"]}
    assert len(places) == 100
    for place in sorted(places)[:5]:
        own = [row for row in rows if row["scope"] == place]
        assert len(own) == 168
        assert sum(row["share"] for row in own) == pytest.approx(1)
        assert sum(row["share"] for row in own if row["is_hot"]) > 0.69
    force = [row for row in rows if row["is_force"]]
    assert sum(row["share"] for row in force) == pytest.approx(1)
    hot = [row["share"] for row in force if row["is_hot"]]
    assert len(hot) == 20
    assert min(hot) >= max(row["share"] for row in force if not row["is_hot"])


def test_offender_rows_are_the_positive_outcomes_that_were_delivered(
    simulated, delivery, occurrences
):
    true = {row["person_id"]: row["true_person"] for row in truth(simulated, "people")}
    positive = {"1", "1A", "2", "3", "6", "7", "8", "22"}
    outcomes = delivered(delivery, "outcomes")
    faults = Counter(
        (true[row["person_id"]], row["classification_id"], row["outcome_code"])
        for row in outcomes
        if row["outcome_code"] in positive
    )
    rows = truth(simulated, "offender_rows")
    assert faults == Counter(
        (row["true_person"], row["classification_id"], row["outcome_code"])
        for row in rows
    )
    classes = {
        row["classification_id"]: row for row in delivered(delivery, "classifications")
    }
    events = {row["occurrence_id"]: row for row in occurrences}
    for row in rows:
        classified = classes[row["classification_id"]]
        assert classified["recorded_class"] == row["offence_code"]
        assert classified["occurrence_id"] == row["occurrence_id"]
        assert not classified["effective_to"]
        event = events[row["occurrence_id"]]
        assert bool(event["cancelled_at"]) == row["is_cancelled"]
        assert not event["transferred_to"]
        assert classified["recorded_subclass"] == (row["offence_subclass"] or "")
        assert true[row["person_id"]] == row["true_person"]
    assert {row["tier"] for row in rows} == {
        "resolved",
        "cautioned",
        "charged",
        "convicted",
    }
    assert {row["verdict"] for row in rows} >= {"guilty", None}
    assert all(r["tier"] == "convicted" for r in rows if r["verdict"] == "guilty")
    of_convicted = [row for row in rows if row["tier"] == "convicted"]
    assert {row["verdict"] for row in of_convicted} == {"guilty", "not guilty"}
    acquitted = {
        (row["true_person"], row["occurrence_id"])
        for row in of_convicted
        if row["is_ended"]
    }
    others = [
        row
        for row in of_convicted
        if (row["true_person"], row["occurrence_id"]) in acquitted
        and not row["is_ended"]
    ]
    assert len(others) == len(acquitted)  # convicted of the first of two crimes
    assert any(row["outcome_code"] == "11" for row in outcomes)  # a child under ten


def test_a_verdict_was_delivered_for_every_crime_that_the_truth_has_one_for(
    simulated, delivery
):
    delivered_for = {
        row["classification_id"] for row in delivered(delivery, "court_results")
    }
    rows = [row for row in truth(simulated, "offender_rows") if row["verdict"]]
    assert rows
    assert {row["classification_id"] for row in rows} <= delivered_for


def test_harm_ends_with_a_last_decision_that_acquits_and_no_elimination():
    """Somebody in an occurrence twice has one end; on one day a conviction stands."""
    days = {"never": NONE, **{name: number * DAY for number, name in enumerate("abcd")}}
    guilty, acquitted = map(TERMS["court_results"].index, ("guilty", "not guilty"))
    none = -1
    rows = [  # occurrence, person, processed, eliminated, verdict, its day, has ended
        (0, 1, "a", "never", none, "never", True),  # cautioned, then
        (0, 1, "b", "never", acquitted, "c", True),  # charged and acquitted
        (1, 1, "d", "never", none, "never", False),  # cautioned after
        (1, 1, "b", "never", acquitted, "c", False),  # an acquittal
        (2, 1, "a", "never", guilty, "c", False),  # convicted and acquitted
        (2, 1, "a", "never", acquitted, "c", False),  # on one day
        (3, 1, "a", "never", none, "never", False),  # cautioned, and eliminated
        (3, 1, "never", "b", none, "never", False),  # under another record
        (4, 1, "a", "never", none, "never", False),  # another person
        (4, 2, "a", "never", acquitted, "b", True),
    ]
    occurrence, person, processed, eliminated, verdict, given, ended = zip(
        *rows, strict=True
    )
    suspects = SimpleNamespace(
        occurrence=np.array(occurrence),
        person=np.array(person),
        processed_at=np.array([days[day] for day in processed]),
        eliminated_at=np.array([days[day] for day in eliminated]),
    )
    both = np.stack([verdict, verdict], axis=1)
    made = SimpleNamespace(
        verdict=both, verdict_at=np.array([days[day] for day in given])
    )
    world = SimpleNamespace(suspects=suspects)
    assert has_ended(world, made).tolist() == [[one, one] for one in ended]
    both[:, 1] = none  # no verdict on the second crime
    assert has_ended(world, made).tolist() == [[one, False] for one in ended]


def test_every_offence_that_is_drawn_has_harm_in_the_simulators_own_table():
    drawn = {
        (code, subclass)
        for code, (own, _) in zip(offences().codes, offences().subclasses, strict=True)
        for subclass in own
    }
    assert drawn == set(harm_days())
    assert harm_days()["8S", "005/01"] == 1825.0  # not the 547.5 of 008/01
    assert harm_days()["58A", "149/00"] == 1.0
