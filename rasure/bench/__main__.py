"""Run the bench: `scripts/bench [--json] [--only NAME]…`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from rasure.errors import RasureError
from rasure.settings import Settings

PARTS = ("landing", "transform", "places", "charts")


def main() -> int:
    """Measure in a home of the bench's own; print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="leave the other parts out"
    )
    options = parser.parse_args()
    os.environ["RASURE_HOME"] = str(Settings.load().home / "bench")
    os.environ.pop("RASURE_DATABASE_URL", None)
    try:
        with redirect_stdout(sys.stderr):  # of what is measured; ours is the result
            measures = run(set(options.only or PARTS))
    except RasureError as error:
        print(f"bench: {error}", file=sys.stderr)
        return error.exit_code
    if options.json:
        print(json.dumps([measure.as_dict() for measure in measures], indent=2))
    else:
        from rasure.bench.measures import print_table

        print_table(measures)
    return 0


def run(parts: set[str]) -> list:
    """Start the bench's services, measure, stop; returns the measures."""
    from rasure.runtime.up import down, up

    services = ("postgres", "superset") if "charts" in parts else ("postgres",)
    up(services, _tell)
    try:
        with tempfile.TemporaryDirectory(prefix="rasure-bench-") as folder:
            return _measure(parts, Path(folder))
    finally:
        down(_tell)


def _measure(parts: set[str], folder: Path) -> list:
    from rasure import geography
    from rasure.bench import charts, landing, transform
    from rasure.bench.deliveries import lay_out
    from rasure.bench.memory import Watch
    from rasure.database import connect
    from rasure.places import designate_all
    from rasure.runtime.superset import synchronise
    from rasure.transform import WHOLE, run_layer, run_layers

    watch = Watch().start()
    rows = lay_out(folder)
    measures = []
    with connect("rasure bench", autocommit=True) as connection:
        _tell(f"{len(rows.files)} files of {rows.force}")
        landing.forget(connection)
        if "landing" in parts:
            _tell("landing")
            measures.append(landing.measure(connection, rows))
        else:
            from rasure.landing import land

            for delivery in rows.deliveries:
                land("police_uk", delivery)
        _tell("geography and a first transform")
        geography.build(connection, rows.force)
        run_layers(WHOLE)
        if "transform" in parts:
            _tell("transform")
            startup = transform.startup()
            measures += [startup, transform.full(connection, rows, startup)]
        if "places" in parts:
            _tell("places")
            measures.append(transform.places_rank(connection, rows))
        if "charts" in parts:
            _tell("charts")
            designate_all(connection)
            run_layer("hot_places")
            synchronise(warm=False)
            measures += charts.measure(connection)
    return [*measures, watch.stop()]


def _tell(sentence: str) -> None:
    print(f"bench: {sentence}", file=sys.stderr)


sys.exit(main())
