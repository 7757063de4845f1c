"""Which rows of published crime no model needs any more.

Each archive of the publisher repeats the months of the last three years. The models
read the newest file of each force, month and kind (`stg_police_uk__newest_files`), so
an older one is superseded, all of it. One that is newer and holds less than half as
many rows may be a stray file, which an operator withdraws: the older one stays.
"""

from __future__ import annotations

from rasure.sources.superseding import superseded_files

# See `Source.superseded_files`.
SUPERSEDED_FILES = superseded_files(
    "police_uk",
    newer="""
        select distinct on (force, month, kind) *
        from landed
        order by force, month, kind, load_id desc, file_id desc
    """,
    condition="""
        landed.month = newer.month
        and landed.file_id <> newer.file_id
        and newer.landed_at < %(landed_before)s
        and newer.rows_landed * 2 >= landed.rows_landed
    """,
)


def superseded_rows(tables: tuple[str, ...]) -> dict[str, str]:
    """For each of the raw tables, the query of the rows to remove (see `Source`)."""
    return {
        table: f"""
            select rows.ctid as place, rows.file_id
            from raw.{table} as rows
            inner join superseded_files on rows.file_id = superseded_files.file_id
        """
        for table in tables
    }
