"""The floors: the same rows in plain PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import psycopg

from rasure.sources.police_uk.contract import STREET

BLOCK = 2**20


def copy_all_text(connection: psycopg.Connection, files: tuple[Path, ...]) -> int:
    """COPY plain files into a new all-text table, in one transaction; returns rows."""
    columns = ", ".join(f"{column.name} text" for column in STREET.columns)
    connection.execute("create schema if not exists bench")
    connection.execute("drop table if exists bench.street")
    connection.execute(f"create table bench.street ({columns})")
    with connection.transaction(), connection.cursor() as cursor:
        for file in files:
            statement = "copy bench.street from stdin (format csv, header)"
            with cursor.copy(statement) as copy, file.open("rb") as rows:
                while block := rows.read(BLOCK):
                    copy.write(block)
    (count,) = connection.execute("select count(*) from bench.street").fetchone()
    return count


def type_and_index(connection: psycopg.Connection) -> None:
    """One typed `create table as` from the all-text table, and one GiST index."""
    connection.execute("drop table if exists bench.crimes")
    connection.execute(
        """
        create table bench.crimes as
        select
            crime_id, to_date(month, 'YYYY-MM') as month, reported_by, falls_within,
            location, lsoa_code, lsoa_name, crime_type, last_outcome_category,
            st_transform(
                st_setsrid(st_makepoint(longitude::float8, latitude::float8), 4326),
                27700
            ) as geom
        from bench.street
        """
    )
    connection.execute("create index on bench.crimes using gist (geom)")
