"""An archive of data.police.uk lands as it is, and no stray file becomes a month."""

from __future__ import annotations

from datetime import UTC, datetime

from typer.testing import CliRunner

from rasure import cli, geography
from rasure.landing import land
from rasure.transform import pipeline
from tests.integration.transform_fixtures import GROUND, Row, crime_id, deliver
from tests.police_uk_files import archive, member, street_row, street_text

SEARCHES = "Type,Date,Latitude,Longitude,Outcome"
SEARCH = "Person search,2019-05-10T12:30:00+00:00,51.7,-1.27,Arrest"


def street(month: str, count: int, lsoa_code: str, start: int) -> str:
    rows = [street_row(start + n, month, LSOA_code=lsoa_code) for n in range(count)]
    return street_text(rows)


def test_a_stray_month_does_not_count(connection, tmp_path, monkeypatch):
    connection.execute(GROUND.replace("'testshire", "'kent"))
    monkeypatch.setattr(geography, "is_built", lambda connection, force: True)
    stray, elsewhere = member("2022-08", "kent"), member("2019-07", "kent")
    files = {
        member("2019-05", "kent"): street("2019-05", 120, "E01000001", 0),
        member("2019-06", "kent"): street("2019-06", 120, "E01000001", 200),
        elsewhere: street("2019-07", 120, "E01000002", 400),
        stray: street("2022-08", 5, "E01000001", 600),
        member("2019-06", "btp"): street("2019-06", 3, "E01000001", 700),
        member("2019-05", "kent", "stop-and-search"): "\n".join(
            [
                SEARCHES,
                SEARCH,
                ",,,,Arrest",
                "Person search,soon,,,Arrest",
                "Person search,2019-05-11,,,Arrest",
                "",
            ]
        ),
        member("2019-06", "kent", "stop-and-search"): SEARCHES,
    }
    landed = land("police_uk", archive(tmp_path / "2022-08.zip", files))
    assert landed.rows_landed == 120 * 3 + 5 + 4
    assert landed.fields_emptied == 1
    assert landed.empty_files == (member("2019-06", "kent", "stop-and-search"),)
    (aside,) = landed.files_set_aside
    assert member("2019-06", "btp") in aside
    # Whatever the source, a row in quarantine is on the page.
    connection.execute(
        "insert into quarantine.niche_persons"
        " select load_id, file_id, 1, array['Id: none'], 'x' from ops.delivery_files"
        " where file = %s",
        (stray,),
    )
    said: list[str] = []
    results = pipeline.run(unit_tests=True, say=said.append)
    assert [result.failed for result in results] == [(), (), ()]

    def rows(query: str) -> list[tuple]:
        return connection.execute(query).fetchall()

    assert rows(
        "select month::text, count(*) from core.fct_crime group by 1 order by 1"
    ) == [
        ("2019-05-01", 120),
        ("2019-06-01", 120),
    ]
    assert rows("select latest_month::text, data_to::text from core.dim_force") == [
        ("2019-06-01", "2019-06-30")
    ]
    july = datetime(2019, 6, 30, 23, tzinfo=UTC)
    assert rows("select data_as_at from marts.force_freshness") == [(july,)]
    assert rows(
        "select files, rows_landed from marts.data_freshness where file_kind = 'street'"
    ) == [(2, 240)]
    reasons = rows(
        "select file, set_aside, rows, reason from marts.quarantine_summary"
        " order by set_aside, file, reason"
    )
    assert [reason[:3] for reason in reasons] == [
        (member("2019-05", "kent", "stop-and-search"), "field", 1),
        (member("2019-06", "btp"), "file", 3),
        (elsewhere, "file", 120),
        (stray, "file", 5),
        (stray, "row", 1),
    ]
    why = "expected at least 10% of a usual month of the force (120), found 5"
    assert why in reasons[3][3]
    assert "found 100% of rows elsewhere" in reasons[2][3]
    closing = [line for line in said if line.startswith("set aside")]
    assert f"set aside: {stray} is not used. rows: {why}." in closing
    assert len(closing) == 3
    assert rows(
        "select search_type, hour_of_day, searches from marts.stop_searches"
        " order by 1, 2"
    ) == [
        ("Not stated", "not known", 1),
        ("Person search", "13", 1),
        ("Person search", "not known", 2),
    ]
    assert rows(
        "select month::text, has_stop_search_file, searches"
        " from marts.stop_search_coverage order by 1"
    ) == [("2019-05-01", True, 4), ("2019-06-01", True, 0)]


def test_a_force_without_ground_is_passed_over_by_name(connection):
    deliver(connection, {("2024-01", "street"): [Row(crime_id(1)), Row(crime_id(2))]})
    said: list[str] = []
    pipeline.run(say=said.append)
    assert (
        "staging: testshire has no ground, so its 2 rows make no place hot."
        " `rasure geography forces` lists the forces that have, and"
        " `rasure geography build --boundary` gives one to any place."
    ) in said
    crimes = connection.execute("select force, hexagon_id from core.fct_crime")
    assert crimes.fetchall() == [("testshire", None)] * 2


def test_the_command_names_what_it_passed_over(connection, tmp_path):
    files = {
        member("2024-01"): street("2024-01", 20, "E01016445", 0),
        member("2024-02"): street("2024-02", 20, "E01016445", 100),
    }
    for month in ("2024-01", "2024-02"):
        for force in ("btp", "northern-ireland"):
            files[member(month, force)] = street(month, 10, "E01016445", 0)
    path = archive(tmp_path / "2024-02.zip", files)
    for _ in range(2):  # said again when the same archive comes again
        done = CliRunner().invoke(cli.app, ["land", "police_uk", str(path)])
        assert done.exit_code == 0, done.output
        assert "40 rows read, 40 landed, 0 quarantined" in done.output
        assert "4 files were set aside; the other files landed." in done.output
        for month in ("2024-01", "2024-02"):
            assert f"{member(month, 'btp')}: expected a force with" in done.output
        assert "'northern-ireland' (Police Service of Northern Ireland)" in done.output
