"""Synchronise Superset with the assets and the access rules of this folder.

    rasure-superset-sync [--check-only] [--warm]

Checks the whole chain dashboard → chart → dataset → mart first, without Superset; then
imports, gives access and counts; with `--warm`, runs every chart once. The same command
again changes nothing. It runs in Superset's environment and in Superset's own process,
so it needs no running server, only the settings of `superset_config.py`.

Why it is safe: nothing is imported unless the chain holds; the import is one
transaction; only assets of our UUIDs, roles and rules of our name and the users of the
users file are touched.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from rasure_superset import CHECKOUT, FOLDER, access
from rasure_superset.assets import available, filters, render
from rasure_superset.assets import bundle as assets
from rasure_superset.assets import checks as chain
from rasure_superset.errors import SyncError
from rasure_superset.sync import marts

SETTINGS = ("RASURE_READER_URL", "RASURE_PEOPLE_READER_URL", "RASURE_TILE_URL")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code: 2 for faulty assets, 1 for the rest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check-only", action="store_true", help="import nothing")
    parser.add_argument("--warm", action="store_true", help="run every chart once")
    parser.add_argument("--user", default="officer", help="whose caches to warm")
    parser.add_argument("--assets", type=Path, default=FOLDER / "assets")
    parser.add_argument("--access", type=Path, default=FOLDER / "access")
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
    bundle = assets.load(options.assets)
    contracts = chain.contracts(CHECKOUT / "dbt" / "models" / "marts")
    chain.check(bundle, contracts or None, "dbt's contracts")
    home = Path(os.environ.get("RASURE_HOME") or CHECKOUT / ".local")
    given = access.load(options.access, home)
    print(
        f"Checked {len(bundle.dashboards)} dashboard(s), {len(bundle.charts)} charts, "
        f"{len(bundle.datasets)} datasets"
        + (" against dbt's contracts" if contracts else "")
    )
    if not settings["RASURE_READER_URL"]:
        if options.check_only:
            return
        raise SyncError("RASURE_READER_URL is not set, so there are no marts to show.")

    engines = marts.engines(bundle, settings)
    live = {uuid: marts.columns(engine) for uuid, engine in engines.items()}
    bundle, left_out = available.fitting(bundle, live)
    every = {table: names for found in live.values() for table, names in found.items()}
    chain.check(bundle, every, "the live marts")
    marts.try_queries(engines, bundle)
    print("Checked against the live marts")
    if left_out:
        print(f"Left out until their tables are there: {', '.join(left_out)}")
    if options.check_only:
        return
    facts = marts.facts(engines, bundle)
    files = render.render(bundle, settings, facts)

    for name in ("superset", "alembic", "flask_appbuilder"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from superset.app import create_app

    with create_app().app_context():
        publish(options, bundle, given, files, facts)


def publish(options, bundle, given, files, facts) -> None:
    """The part that needs Superset: import, access, caches."""
    from superset.extensions import cache_manager

    from rasure_superset.sync import importing, warming

    print(f"Assets: {importing.apply(files)}")
    area_tables = {
        asset.content["table_name"]
        for asset in bundle.datasets.values()
        if "area" in chain.columns_of(asset)
    }
    restricted = {
        uuid
        for uuid, database in bundle.databases.items()
        if database.content.get("restricted")
    }
    print(f"Access: {access.apply(given, area_tables, restricted)}")
    cache_manager.data_cache.clear()
    if options.warm:
        starting = {
            uuid: filters.applied(board, bundle, uuid, facts.starting(board, bundle))
            for board in bundle.dashboards.values()
            for _, uuid in chain.chart_places(board)
            if bundle.charts[uuid].file in files
            and bundle.database_of(bundle.charts[uuid]) not in restricted
        }
        may_be_empty = {
            uuid
            for uuid, chart in bundle.charts.items()
            if bundle.table_of(chart) in facts.elsewhere
        }
        warmed = warming.warm(options.user, starting, may_be_empty)
        slowest = warmed[0]
        print(
            f"Warmed {len(warmed)} charts as {options.user}; slowest: {slowest.chart}, "
            f"{slowest.milliseconds:.0f} ms for {slowest.rows} rows"
        )


if __name__ == "__main__":
    sys.exit(main())
