"""How the simulator writes: clocks, identifiers, quotes, code pages."""

from __future__ import annotations

import tomllib
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
import tomli_w

from rasure.instruments.simulate import clock, formatting, identifiers, render
from rasure.instruments.simulate.errors import SimulationImpossible
from rasure.sources.niche_rms.mapping import FOLDER, load, read
from rasure.sources.niche_rms.terms import TERMS

MAPPING = load("thames-valley")
LONDON = ZoneInfo("Europe/London")


def seconds(*when: int) -> int:
    return int(datetime(*when, tzinfo=ZoneInfo("UTC")).timestamp())


def test_local_time_is_what_zoneinfo_says_through_both_changes_of_clock():
    hours = np.arange(seconds(2024, 3, 30), seconds(2024, 4, 1), 1_800)
    hours = np.append(
        hours, np.arange(seconds(2024, 10, 26), seconds(2024, 10, 28), 900)
    )
    local = clock.to_local(hours, "Europe/London")
    expected = [
        datetime.fromtimestamp(int(at), LONDON).replace(tzinfo=ZoneInfo("UTC"))
        for at in hours
    ]
    assert local.tolist() == [int(at.timestamp()) for at in expected]


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ((2024, 1, 5, 12, 0), (2024, 1, 5, 12, 0)),
        ((2024, 7, 5, 12, 0), (2024, 7, 5, 11, 0)),
        ((2024, 3, 31, 0, 59), (2024, 3, 31, 0, 59)),
        ((2024, 3, 31, 2, 0), (2024, 3, 31, 1, 0)),
        ((2024, 10, 27, 0, 59), (2024, 10, 26, 23, 59)),
        ((2024, 10, 27, 1, 30), (2024, 10, 27, 0, 30)),
        ((2024, 10, 27, 2, 0), (2024, 10, 27, 2, 0)),
    ],
)
def test_wall_clock_to_utc_takes_the_first_of_two_hours(local, utc):
    instants = clock.to_utc(np.array([seconds(*local)]), "Europe/London")
    assert instants.tolist() == [seconds(*utc)]


def test_no_instant_stays_none():
    none = np.array([clock.NONE])
    assert clock.to_local(none, "Europe/London").tolist() == [clock.NONE]
    assert clock.to_utc(none, "Europe/London").tolist() == [clock.NONE]


def test_instants_are_written_in_the_format_and_on_the_clock_of_the_force():
    at = np.array([seconds(2024, 7, 5, 11, 4, 9), clock.NONE])
    text = formatting.instants_text(at, "%d/%m/%Y %H:%M:%S", "Europe/London")
    assert text.to_pylist() == ["05/07/2024 12:04:09", None]
    iso = formatting.instants_text(at, "%Y-%m-%dT%H:%M:%S", "UTC")
    assert iso.to_pylist() == ["2024-07-05T11:04:09", None]
    day = formatting.instants_text(at[:1] // clock.DAY, "%d-%b-%Y", None)
    assert day.to_pylist() == ["05-Jul-2024"]


def test_a_format_with_the_time_inside_the_date_is_refused():
    with pytest.raises(SimulationImpossible, match="wholly before or after"):
        formatting.instants_text(np.array([0]), "%d %H:%M %Y", "UTC")


def test_numbers_follow_the_pattern_of_the_force():
    years, serials = np.array([2024, 2025]), np.array([7, 1_234_567])
    text = identifiers.numbered("43[0-9]{2}[0-9]{7}", years, serials)
    assert formatting.fixed(text).to_pylist() == ["43240000007", "43251234567"]
    text = identifiers.numbered(r"WX/[0-9]{4}/[0-9]{6}", years, serials)
    assert formatting.fixed(text).to_pylist() == ["WX/2024/000007", "WX/2025/234567"]


def test_a_run_of_eight_digits_takes_the_date():
    dates = np.array([20240131])
    text = identifiers.numbered(
        "[0-9]{8}-[0-9]{4}", dates // 10_000, np.array([17]), dates
    )
    assert formatting.fixed(text).to_pylist() == ["20240131-0017"]


def test_ids_have_their_entity_in_front_and_up_to_25_digits():
    prefix, width = identifiers.id_prefix("persons", MAPPING)
    text = formatting.fixed(identifiers.padded(np.array([12]), width), prefix=prefix)
    assert text.to_pylist() == ["2100500001" + "000000000000012"]
    assert len({identifiers.id_prefix(name, MAPPING)[0] for name in TABLES}) == len(
        TABLES
    )


TABLES = ("persons", "occurrences", "involvements", "classifications", "addresses")


def test_a_row_is_quoted_only_where_it_must_be_and_in_the_code_page():
    table = {
        "person_name_id": np.array([1, 2]),
        "person_id": np.array([3, -1]),
        "name_type": np.array([0, -1]),
        "forename": pa.array(["José", 'A "B"']),
        "middle_names": pa.array([None, "one,two"]),
        "surname": pa.DictionaryArray.from_arrays([0, 1], ["O\u2019Neill", "a\nb"]),
        "modified_at": np.full(2, seconds(2020, 7, 1)),
    }
    lines = render.block("person_names", table, slice(0, 2), MAPPING)
    first = identifiers.id_prefix("person_names", MAPPING)[0] + "000000000000001"
    second = first[:-1] + "2"
    person = identifiers.id_prefix("persons", MAPPING)[0] + "000000000000003"
    assert lines == (
        f"{first},{person},LEG,José,,O\u2019Neill,01/07/2020 01:00:00\r\n"
        f'{second},,,"A ""B""","one,two","a\nb",01/07/2020 01:00:00\r\n'
    ).encode("cp1252")


def test_flags_metres_codes_and_roles_are_in_the_words_of_the_force():
    link = {
        "occurrence_address_id": np.array([1]),
        "occurrence_id": np.array([1]),
        "address_id": np.array([-1]),
        "roles": render.Roles(
            (("occurrence location", "dispatch address"),), np.array([0])
        ),
        "is_area_source": np.array([1], np.int8),
        "entered_x": np.array([450000.25]),
        "entered_y": np.array([np.nan]),
        "entered_address": pa.array(["High Street"]),
        "modified_at": np.array([0]),
    }
    line = render.block("occurrence_addresses", link, slice(0, 1), MAPPING).decode()
    assert line.split(",")[2:8] == ["", ";OLC;DAD;", "Y", "45000025", "", "High Street"]


def test_each_tenth_row_takes_a_force_s_second_code_for_a_term():
    knife = TERMS["weapons"].index("knife")
    rows = {
        "weapon_id": np.arange(20),
        "occurrence_id": np.arange(20),
        "weapon": np.full(20, knife),
        "modified_at": np.zeros(20, np.int64),
    }
    lines = render.block("weapons", rows, slice(0, 20), MAPPING).decode().splitlines()
    codes = [line.split(",")[3] for line in lines]
    assert codes == (["KNI"] * 9 + ["BLA"]) * 2


def test_another_force_s_words_give_the_same_rows_in_its_own_form(tmp_path):
    content = tomllib.loads((FOLDER / "thames-valley.toml").read_text("utf-8"))
    content["format"] |= {
        "encoding": "utf-8",
        "instant": "%Y-%m-%d %H:%M:%S",
        "clock": "UTC",
        "yes": "1",
        "no": "0",
        "separator": "|",
        "coordinate_scale": 1,
    }
    content["identifiers"]["id"] = "[0-9]{12}"
    content["entities"]["flags"]["columns"] = {
        "occurrence_id": "CRIME",
        "flag_id": "REF",
        "flag": "KIND",
        "flagged_at": "AT",
        "modified_at": "CHANGED",
    }
    path = tmp_path / "other.toml"
    path.write_bytes(tomli_w.dumps(content).encode())
    other = read(path)
    table = {
        "flag_id": np.array([5]),
        "occurrence_id": np.array([7]),
        "flag": np.array([TERMS["flags"].index("knife")]),
        "flagged_at": np.array([seconds(2024, 7, 5, 11)]),
        "ended_at": np.array([clock.NONE]),
        "modified_at": np.array([seconds(2024, 7, 5, 11)]),
    }
    assert render.header("flags", other) == b"CRIME,REF,KIND,AT,CHANGED\r\n"
    line = render.block("flags", table, slice(0, 1), other).decode()
    ids = line.split(",")[:2]
    assert [len(text) for text in ids] == [12, 12]
    assert ids[0].endswith("0007")
    assert line.endswith("KN,2024-07-05 11:00:00,2024-07-05 11:00:00\r\n")
