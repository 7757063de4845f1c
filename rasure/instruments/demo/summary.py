"""The summary of `rasure demo`: rows, addresses, logins, pages to look at."""

from __future__ import annotations

import psycopg

from rasure.runtime import inbox
from rasure.runtime.secret_files import ACCOUNTS
from rasure.settings import Settings

COUNTS = {
    "crimes": "select count(*) from core.fct_crime",
    "hot places": "select count(*) from marts.hot_places",
    "designated hexagons": "select count(*) from marts.hot_places where is_designated",
    "hot spots": "select count(distinct hot_spot_id) from marts.hot_places "
    "where is_designated",
}
PEOPLE = {
    "occurrences": "select count(*) from staging.stg_niche__occurrences",
    "crimes": COUNTS["crimes"],
    "  of serious violence": "select count(*) from core.fct_crime "
    "where is_serious_violence",
    "  other": "select count(*) from core.fct_crime "
    "where is_serious_violence is distinct from true",
    "involvements": "select count(*) from staging.stg_niche__involvements",
    "person records": "select count(*) from core.int_niche_person_ids",
    "  one each of persons": "select count(*) from core.dim_person",
    "  more of the same": "select sum(records) - count(*) from core.dim_person",
    **{name: query for name, query in COUNTS.items() if name != "crimes"},
    "people on lists": "select count(*) from core.int_people_listed",
}
DASHBOARDS = {
    "police_uk": "the dashboard: start with the tab Places",
    "niche_rms": "the dashboard: overview, places, times, people, institutions, crimes",
}


def summary() -> str:
    """Addresses, logins and row counts, for a person at a terminal."""
    settings = Settings.load()
    ports, passwords = settings.stored["ports"], settings.secrets
    lines = ["", "Deliveries"]
    with psycopg.connect(settings.database_url) as connection:
        rows = connection.execute(
            "select delivery, rows_read, rows_landed, rows_quarantined, source "
            "from ops.deliveries where state = 'landed' order by load_id"
        ).fetchall()
        for name, read, landed, quarantined, _ in rows:
            lines.append(
                f"  {name}: {read:,} rows read = {landed:,} landed "
                f"+ {quarantined:,} quarantined"
            )
        source = "niche_rms" if any(row[4] == "niche_rms" for row in rows) else ""
        lines += ["", "Rows"]
        for name, query in (PEOPLE if source else COUNTS).items():
            number = connection.execute(query).fetchone()[0] or 0
            lines.append(f"  {name:<22} {number:>11,}")
    front = f"http://127.0.0.1:{ports['superset']}"
    lines += [
        "",
        "Look at",
        f"  {front}/superset/dashboard/serious-violence/",
        f"      {DASHBOARDS[source or 'police_uk']}",
        f"  http://127.0.0.1:{ports['airflow']}",
        "      Airflow: the four runs that brought the data to the dashboard",
        f"  {settings.data_docs / 'index.html'}",
        "      the checks that the data passed when they landed",
        *(_more(settings) if source else ()),
        "",
        "Log in",
        *(
            f"  Superset  {person:<16} {passwords['superset'][person]}"
            for person in passwords["superset"]
            if person in ACCOUNTS
        ),
        f"  Airflow   admin            {passwords['airflow']['admin']}",
        f"  Airflow   viewer           {passwords['airflow']['viewer']}",
        f"  (kept in {settings.home / 'secrets.toml'})",
        "",
        "Stop everything with .venv/bin/rasure down",
    ]
    return "\n".join(lines)


def _more(settings: Settings) -> tuple[str, ...]:
    """How to see a change arrive."""
    simulated = settings.home / "simulate"
    return (
        "",
        "See a crime arrive",
        f"  .venv/bin/rasure simulate --out {simulated} --change crime",
        f"      copy what it writes into {inbox.folder('niche_rms')}, then touch",
        "      <name>.ready there: about a minute later it is on the dashboard",
    )
