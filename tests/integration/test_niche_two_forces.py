"""Two forces' words for the same records give the same rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rasure.landing import land
from rasure.sources.niche_rms.mapping_tables import write_landed_mappings
from tests.niche_files import ACCOUNT, delivery, row

TYPED = """
    select
        occurrences.occurrence_id,
        right(occurrence_number, 9),
        mo_text,
        to_timestamp(reported_at, instant_template)::timestamp at time zone clock,
        is_crime = yes,
        location.term,
        x::numeric / coordinate_scale,
        (
            select array_agg(roles.term order by place)
            from unnest(string_to_array(trim(roles, separator), separator))
                with ordinality as codes (code, place)
            left join ops.niche_terms as roles
                on roles.force = mappings.force and roles.terms_table = 'roles'
                and roles.code = codes.code
        ),
        to_date(date_of_birth, day_template),
        flags.term
    from raw.niche_occurrences as occurrences
    inner join (select file_id, force from ops.delivery_files) as files using (file_id)
    inner join ops.niche_mappings as mappings using (force)
    inner join raw.niche_involvements as involvements using (load_id, occurrence_id)
    inner join raw.niche_persons as persons using (load_id, person_id)
    inner join raw.niche_addresses as addresses using (load_id)
    inner join raw.niche_flags using (load_id, occurrence_id)
    left join ops.niche_terms as location
        on location.force = mappings.force and location.code = location_type
        and location.terms_table = 'location_types'
    left join ops.niche_terms as flags
        on flags.force = mappings.force and flags.code = niche_flags.flag
        and flags.terms_table = 'flags'
    where mappings.force = %s
"""


def test_two_forces_words_give_the_same_rows(connection, tmp_path):
    """Landed from either mapping and typed by what the mapping says, all is equal."""
    rows = {
        "occurrences": [
            row("occurrences", 1, mo_text=ACCOUNT, location_type="car park")
        ],
        "involvements": [
            row("involvements", 1, roles=["victim", "suspect", "charged"])
        ],
        "persons": [row("persons", 1, date_of_birth=date(1999, 12, 3))],
        "addresses": [row("addresses", 1, x=471732.25, y=173428.0)],
        "flags": [row("flags", 1, flag="knife")],
    }
    rows["occurrences"][0]["reported_at"] = datetime(2025, 7, 1, 23, 30, tzinfo=UTC)
    results = {}
    for force in ("thames-valley", "hampshire"):
        land("niche_rms", delivery(tmp_path, rows, force=force))
        write_landed_mappings(connection)
        results[force] = connection.execute(TYPED, (force,)).fetchall()
    assert results["thames-valley"] == results["hampshire"]
    (typed,) = results["hampshire"]
    assert typed[1] == "250000001"
    assert typed[2:7] == (
        ACCOUNT,
        datetime(2025, 7, 1, 23, 30, tzinfo=UTC),
        True,
        "car park",
        pytest.approx(471732.25),
    )
    assert typed[7:] == (["victim", "suspect", "charged"], date(1999, 12, 3), "knife")
    texts = connection.execute(
        "select roles from raw.niche_involvements order by load_id"
    ).fetchall()
    assert texts == [(";VIC;SUS;CHG;",), ("|105|100|102|",)]
