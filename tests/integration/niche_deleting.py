"""A force that deletes records: what the tests of deletions land and look at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rasure.landing import land
from rasure.sources.niche_rms.entities import ENTITIES
from tests.niche_files import EXTRACTED, delivery, row

TABLES = [name for name in ENTITIES if name not in ("choices", "deletions")]
DAY = timedelta(days=1)
DELETED = EXTRACTED - timedelta(hours=12)


class Force:
    """A force that delivers a full extract and then deltas, a day apart."""

    def __init__(self, connection, folder, force="thames-valley"):
        self.connection, self.folder, self.force = connection, folder, force
        self.days = 0

    def full(self, rows):
        return self._land(rows, "full")

    def delta(self, rows):
        return self._land(rows, "delta")

    def delete(self, *records, at=DELETED):
        """Deliver the deletion of (entity, number) each."""
        rows = [row("deletions", n, entity=e, deleted_at=at) for e, n in records]
        return self.delta({"deletions": rows})

    def _land(self, rows, kind):
        self.days += 1
        taken = EXTRACTED + self.days * DAY
        path = delivery(
            self.folder, rows, force=self.force, kind=kind, extracted_at=taken
        )
        return land("niche_rms", path)

    def ids(self, entity) -> list[int]:
        """The numbers of the records of which raw holds a version, with repeats."""
        key = ENTITIES[entity].key
        keys = self.connection.execute(
            f"select right({key}, 15)::bigint from raw.niche_{entity} order by 1"
        )
        return [number for (number,) in keys]

    def everything(self) -> str:
        """All that raw, quarantine and ops hold, as one text; but for the ids that
        staging has yet to let go of, which the test of the models looks at."""
        text = ""
        for schema in ("raw", "quarantine", "ops"):
            tables = self.connection.execute(
                "select table_name from information_schema.tables"
                " where table_schema = %s and table_type = 'BASE TABLE'"
                " and table_name <> 'changed_keys'",
                (schema,),
            ).fetchall()
            for (table,) in tables:
                query = f"select string_agg(t::text, ' ') from {schema}.{table} as t"
                text += self.connection.execute(query).fetchone()[0] or ""
        return text


@pytest.fixture
def force(connection, tmp_path):
    return Force(connection, tmp_path)


def one_of_each(*numbers) -> dict[str, list[dict]]:
    return {name: [row(name, number) for number in numbers] for name in TABLES}


def accounted(connection) -> bool:
    """Whether each file's rows are in raw, in quarantine, or counted as erased."""
    union = " union all ".join(
        f"select file_id from {schema}.niche_{name}"
        for name in ENTITIES
        for schema in ("raw", "quarantine")
    )
    (wrong,) = connection.execute(
        "select count(*) from ops.delivery_files left join"
        f" (select file_id, count(*) as held from ({union}) as rows group by 1)"
        " as counted using (file_id)"
        " where rows_read <> coalesce(held, 0) + rows_erased + rows_superseded"
    ).fetchone()
    return wrong == 0
