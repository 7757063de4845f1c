"""Synchronise Superset with the assets and the access rules of `superset/`.

    rasure-superset-sync [--check-only] [--warm]

It first checks the links dashboard → chart → dataset → mart, without Superset. Then it
imports the assets, applies the access rules and counts the changes. With `--warm` it
runs every chart once. Running it again changes nothing. It runs in Superset's
environment and needs its settings, but no running server.

It is safe for three reasons. Nothing is imported unless the links hold. The import is
one transaction. It touches only assets with our UUIDs, roles and rules with our names,
and the accounts in the users file.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from rasure_superset import CHECKOUT, FOLDER, access
from rasure_superset.access import REPORTS_ROLE, Access
from rasure_superset.assets import bundle as assets
from rasure_superset.assets import checks, render
from rasure_superset.assets.bundle import Bundle
from rasure_superset.assets.render import Facts
from rasure_superset.errors import SyncError
from rasure_superset.reports import applying, config, definitions
from rasure_superset.reports.definitions import Report
from rasure_superset.sync import importing, marts, warming

SETTINGS = ("RASURE_READER_URL", "RASURE_PEOPLE_READER_URL", "RASURE_TILE_URL")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code: 2 for faulty assets, 1 for the rest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check-only", action="store_true", help="import nothing")
    parser.add_argument("--warm", action="store_true", help="run every chart once")
    parser.add_argument("--user", default="officer", help="whose caches to warm")
    parser.add_argument("--assets", type=Path, default=FOLDER / "assets")
    parser.add_argument("--access", type=Path, default=FOLDER / "access")
    parser.add_argument("--reports", type=Path, default=FOLDER / "reports")
    options = parser.parse_args(arguments)
    try:
        synchronise(options)
    except SyncError as error:
        print(f"rasure-superset-sync: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def synchronise(options: argparse.Namespace) -> None:
    """Check, import, give access and warm; raises `SyncError` at the first fault."""
    settings = {name: os.environ.get(name, "") for name in SETTINGS}
    home = Path(os.environ.get("RASURE_HOME") or CHECKOUT / ".local")
    bundle = assets.load(options.assets)
    contracts = checks.contracts(CHECKOUT / "dbt" / "models" / "marts")
    checks.check(bundle, contracts or None, "dbt's contracts")
    access_rules = access.load(options.access, home)
    reports = definitions.load(options.reports)
    readable = access_rules.roles.get(REPORTS_ROLE, {}).get("reads_only", [])
    definitions.check(reports, bundle, set(readable))
    datasets = {dataset.content["table_name"] for dataset in bundle.datasets.values()}
    area_datasets = _area_datasets(bundle)
    access.check_rules(access_rules.rules, datasets, area_datasets)
    print(
        f"Checked {len(bundle.dashboards)} dashboard(s), {len(bundle.charts)} charts, "
        f"{len(bundle.datasets)} datasets, {len(reports)} reports"
        + (" against dbt's contracts" if contracts else "")
    )
    if not settings["RASURE_READER_URL"]:
        if options.check_only:
            return
        raise SyncError("RASURE_READER_URL is not set, so there are no marts to show.")

    engines = marts.engines(bundle, settings)
    live = {uuid: marts.columns(engine) for uuid, engine in engines.items()}
    bundle, left_out = assets.without_missing_tables(bundle, live)
    all_marts = {
        table: columns
        for database in live.values()
        for table, columns in database.items()
    }
    checks.check(bundle, all_marts, "the live marts")
    marts.check_expressions(engines, bundle)
    areas = marts.areas(engines)
    access.check_rules(access_rules.rules, datasets, area_datasets, areas)
    print("Checked against the live marts")
    if left_out:
        print(f"Left out, because their tables do not exist yet: {', '.join(left_out)}")
    if options.check_only:
        return
    facts = marts.facts(engines, bundle)
    files = render.render(bundle, settings, facts)

    for name in ("superset", "alembic", "flask_appbuilder"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from superset.app import create_app

    with create_app().app_context():
        _publish(bundle, files, access_rules, reports)
        if options.warm:
            _warm(options.user, bundle, files, facts)


def _publish(
    bundle: Bundle,
    files: dict[str, str],
    access_rules: Access,
    reports: dict[str, Report],
) -> None:
    """Import the files, apply access rules and reports, and drop cached answers."""
    from superset.extensions import cache_manager

    print(f"Assets: {importing.apply(files)}")
    changes = access.apply(
        access_rules, _area_datasets(bundle), _restricted_databases(bundle)
    )
    print(f"Access: {changes}")
    changes = applying.apply(reports, bundle, config.section(os.environ))
    print(f"Reports: {changes}")
    cache_manager.data_cache.clear()


def _warm(user: str, bundle: Bundle, files: dict[str, str], facts: Facts) -> None:
    """Run every imported chart that everybody may read, with its starting filters."""
    restricted = _restricted_databases(bundle)
    conditions = {}
    for dashboard in bundle.dashboards.values():
        values = facts.starting_values(dashboard, bundle)
        for _, uuid in assets.chart_places(dashboard):
            chart = bundle.charts[uuid]
            if chart.file in files and bundle.database_of(chart) not in restricted:
                conditions[uuid] = render.starting_conditions(
                    dashboard, bundle, uuid, values
                )
    may_be_empty = {
        uuid
        for uuid, chart in bundle.charts.items()
        if bundle.table_of(chart) in facts.other_forces
    }
    warmed = warming.warm(user, conditions, may_be_empty)
    slowest = warmed[0]
    print(
        f"Warmed {len(warmed)} charts as {user}; slowest: {slowest.chart}, "
        f"{slowest.milliseconds:.0f} ms for {slowest.rows} rows"
    )


def _area_datasets(bundle: Bundle) -> set[str]:
    """The names of the datasets with a column `area`, which row-level rules use."""
    return {
        dataset.content["table_name"]
        for dataset in bundle.datasets.values()
        if "area" in dataset.columns
    }


def _restricted_databases(bundle: Bundle) -> set[str]:
    """The UUIDs of the databases that only the roles that name them may read."""
    return {
        uuid
        for uuid, database in bundle.databases.items()
        if database.content.get("restricted")
    }
