"""`rasure link status` says what somebody should look at."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from rasure.cli import app
from rasure.linkage.status import status
from tests.integration.linkage_fixtures import Records


def test_the_status_counts_and_lists_what_to_look_at(connection):
    answer = CliRunner().invoke(app, ["link", "status"])
    assert "Nothing has been linked yet" in answer.stdout
    records = Records(connection)
    for number in range(1, 14):
        records.add(number, "Adam", f"N{chr(96 + number)}vak", postcode="RG2 0XX")
    records.add(20, "Daniel", "Hartigan", national_id="97/123456A")
    records.link()
    connection.execute(
        "create table core.int_niche_survivors as"
        " select 'thames-valley' as force, '10' as person_id, '9' as survivor_id,"
        " true as is_in_loop union all"
        " select 'thames-valley', '9', '9', true union all"
        " select 'thames-valley', '4', '9', false"
    )
    state = status(connection)
    assert (state.records, state.crowded_postcodes, state.crowded_contacts) == (
        14,
        1,
        0,
    )
    assert (state.crowded_blocks, state.invalid_numbers) == (0, 1)
    assert state.merge_loops == [("thames-valley", ["9", "10"])]
    answer = CliRunner().invoke(app, ["link", "status"])
    assert "thames-valley: 9, 10" in answer.stdout
    assert "1 PNC and CRO numbers have a wrong check letter" in answer.stdout
    answer = CliRunner().invoke(app, ["link", "status", "--json"])
    assert json.loads(answer.stdout)["merge_loops"] == [["thames-valley", ["9", "10"]]]
