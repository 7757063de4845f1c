"""A warehouse with a few person records, or many, to link."""

from __future__ import annotations

from datetime import date

import psycopg

from rasure.instruments.linkage_quality import hard_set
from rasure.linkage import link
from rasure.linkage.linking import LinkReport
from rasure.linkage.reviews import decide_pair

FORCE = "thames-valley"
RELATION = "core.person_records"
MERGES = """
    create table core.person_merges (
        force text, surviving_person_id text, merged_person_id text,
        merged_at timestamptz, unmerged_at timestamptz
    )
"""


class Records:
    """The relation that linkage reads, changed row by row, and what linkage made."""

    def __init__(self, connection: psycopg.Connection):
        self.connection = connection
        connection.execute("create schema if not exists core")
        connection.execute(f"create table {RELATION} ({hard_set.COLUMNS})")
        connection.execute(MERGES)

    def add(
        self,
        person_id: int | str,
        forename: str | list[str],
        surname: str | list[str],
        born: date | None = date(1990, 5, 17),
        sex: str | None = "male",
        national_id: str | None = None,
        postcode: str | list[str] = "OX1 2AB",
        contacts: tuple[str, ...] = (),
        is_estimated: bool = False,
        person_type: str = "nominal",
        cro_number: str | None = None,
    ) -> None:
        """Add a record, or put another in place of the one with its id."""
        self.remove(person_id)
        self.connection.execute(
            f"insert into {RELATION} values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
            " %s, %s)",
            (
                FORCE,
                str(person_id),
                person_type,
                national_id,
                cro_number,
                born,
                is_estimated,
                sex,
                [forename] if isinstance(forename, str) else forename,
                [surname] if isinstance(surname, str) else surname,
                [postcode] if isinstance(postcode, str) else postcode,
                list(contacts),
            ),
        )

    def add_shared(self, person_id: int, forename, surname, born, postcode) -> None:
        """Add a record of premises that many strangers share; the relation must have
        the column."""
        self.add(person_id, forename, surname, born, postcode=[])
        self.connection.execute(
            f"update {RELATION} set shared_postcodes = array[%s] where person_id = %s",
            (postcode, str(person_id)),
        )

    def decide(self, one: str, other: str, verdict: str) -> None:
        """Decide on two records, as a reviewer does."""
        decide_pair(self.connection, (FORCE, one), (FORCE, other), verdict, "A. N.")

    def remove(self, person_id: int | str) -> None:
        """Take a record away, as a deletion at the source does."""
        self.connection.execute(
            f"delete from {RELATION} where person_id = %s", (str(person_id),)
        )

    def erase(self, person_id: int | str) -> None:
        """Erase a record from linkage, as a landing does; the relation keeps it."""
        self.connection.execute(
            "select linkage.erase_persons(%s, %s)", (FORCE, [str(person_id)])
        )

    def merge(self, survivor: int, merged: int) -> None:
        """Merge two persons at the source."""
        self.connection.execute(
            "insert into core.person_merges values (%s, %s, %s, now(), null)",
            (FORCE, str(survivor), str(merged)),
        )

    def unmerge(self, survivor: int, merged: int) -> None:
        """Undo a merge at the source."""
        self.connection.execute(
            "update core.person_merges set unmerged_at = now()"
            " where surviving_person_id = %s and merged_person_id = %s",
            (str(survivor), str(merged)),
        )

    def link(self, mode: str = "incremental", **options) -> LinkReport:
        """Run linkage on one thread."""
        return link(self.connection, mode=mode, threads=1, **options)

    def groups(self) -> list[list[str]]:
        """Who is one person with whom now, eldest first."""
        found: dict[str, list[str]] = {}
        for person_id, golden_id in sorted(self.golden().items()):
            found.setdefault(golden_id, []).append(person_id)
        return sorted(found.values())

    def golden(self) -> dict[str, str]:
        """The golden id in force of each source person."""
        return dict(
            self.connection.execute(
                "select person_id, golden_id from linkage.golden_ids"
                " where effective_to is null"
            ).fetchall()
        )

    def kept(self) -> dict[str, list[tuple]]:
        """What linkage keeps that must not depend on how it came about."""
        queries = {
            "golden_ids": "select force, person_id, golden_id from linkage.golden_ids"
            " where effective_to is null order by 1, 2",
            "pairs": "select * from linkage.pairs order by 1, 2, 3, 4",
            "persons": "select * from linkage.persons order by 1, 2",
            "blocks": "select * from linkage.blocks order by 1, 2, 3",
            "reviews": "select force_l, person_l, force_r, person_r, probability,"
            " status from linkage.reviews order by 1, 2, 3, 4",
            "crowded": "select * from linkage.crowded_blocks order by 1",
        }
        return {
            name: self.connection.execute(query).fetchall()
            for name, query in queries.items()
        }
