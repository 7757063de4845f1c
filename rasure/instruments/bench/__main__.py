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

PUBLISHED = {"landing", "transform", "places"}
# Charts are measured on the simulated force, which has more rows.
RECORDS = {"simulate", "niche", "delta", "places", "charts"}
PARTS = sorted({*PUBLISHED, *RECORDS, "linkage", "aoristic"})
# Measured on the running services of the demo, not in the bench's own home.
LIVE = {"near_live", "dashboard"}
# Checks the content of a warehouse, not its speed; takes a quarter of an hour.
CHECKED = {"shuffled"}
YEARS = 6


def main() -> int:
    """Measure in a home of the bench's own; print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    parser.add_argument(
        "--only",
        action="append",
        choices=[*PARTS, *sorted(LIVE | CHECKED)],
        help="leave the other parts out",
    )
    parser.add_argument(
        "--years", type=int, default=YEARS, help="of the simulated force's history"
    )
    options = parser.parse_args()
    parts = set(options.only or PARTS)
    measures, code = [], 0
    try:
        with redirect_stdout(sys.stderr):  # standard output is for the result only
            if parts & LIVE:
                live(parts, measures)
            if parts - LIVE:
                os.environ["RASURE_HOME"] = str(Settings.load().home / "bench")
                os.environ.pop("RASURE_DATABASE_URL", None)
                run(parts - LIVE, options.years, measures)
    except RasureError as error:  # the measures before it are still printed
        print(f"bench: {error}", file=sys.stderr)
        code = error.exit_code
    if options.json:
        print(json.dumps([measure.as_dict() for measure in measures], indent=2))
    else:
        from rasure.instruments.bench.measures import print_table

        print_table(measures)
    return code


def live(parts: set[str], measures: list) -> None:
    """Measure on the services of the caller's home, where the demo has run."""
    from rasure.database import connect
    from rasure.instruments.bench import dashboard, near_live

    if "dashboard" in parts:
        measures += dashboard.measure()
    if "near_live" in parts:
        with connect("rasure bench", autocommit=True) as connection:
            for measure in near_live.measure(connection, _say):
                measures.append(measure)


def run(parts: set[str], years: int, measures: list) -> None:
    """Start the services, measure, stop; each measure is added at once."""
    from rasure.runtime.up import down, up

    services = ("postgres", "superset") if "charts" in parts else ("postgres",)
    up(services, _say)
    try:
        with tempfile.TemporaryDirectory(prefix="rasure-bench-") as folder:
            _measure(parts, years, Path(folder), measures)
    finally:
        down(_say)


def _measure(parts: set[str], years: int, folder: Path, measures: list) -> None:
    from rasure.database import connect
    from rasure.instruments.bench import aoristic, charts, dashboard, linkage, shuffled
    from rasure.instruments.bench.memory import Watch
    from rasure.instruments.bench.warehouse import empty

    watch = Watch().start()
    with connect("rasure bench", autocommit=True) as connection:
        empty(connection)
        if parts & PUBLISHED:
            _published(connection, parts, folder, measures)
            empty(connection)
        if parts & RECORDS:
            _records(connection, parts, years, folder, measures)
        if "charts" in parts:
            _say("charts")
            _publish(connection)
            measures += charts.measure(connection)
            measures += dashboard.measure()
        if "linkage" in parts:
            _say("linkage")
            measures.append(linkage.measure(connection))
        if "aoristic" in parts:
            _say("aoristic")
            measures.append(aoristic.measure(connection))
        if "shuffled" in parts:
            _say("a year, 30 days in shuffled order, and a full rebuild")
            empty(connection)
            measures.append(shuffled.measure(folder / "shuffled", _say))
    measures.append(watch.stop())


def _published(connection, parts: set[str], folder: Path, measures: list) -> None:
    """Take the measures on published crime files."""
    from rasure import geography
    from rasure.instruments.bench import landing, transform
    from rasure.instruments.bench.deliveries import lay_out
    from rasure.landing import land
    from rasure.transform import pipeline

    rows = lay_out(folder)
    _say(f"{len(rows.files)} files of {rows.force}")
    if "landing" in parts:
        _say("landing")
        measures.append(landing.measure(connection, rows))
    else:
        for delivery in rows.deliveries:
            land("police_uk", delivery)
    _say("geography and a first transform")
    geography.build(connection, rows.force)
    pipeline.run()
    if "transform" in parts:
        startup = transform.startup("police_uk")
        _say(f"transform; dbt is called {startup.rows} times in it")
        measures += [startup, transform.full(rows, startup, connection)]
    if "places" in parts:
        _say("places")
        measures.append(transform.places_rank(connection, rows.force, "police_uk"))


def _records(
    connection, parts: set[str], years: int, folder: Path, measures: list
) -> None:
    """Take the measures on a simulated records-management force."""
    from rasure import geography
    from rasure.instruments.bench import niche, transform
    from rasure.transform import pipeline

    _say(f"simulate {years} years")
    history, simulated = niche.simulate(folder / "all", years)
    measures.append(simulated)
    if not parts & (RECORDS - {"simulate"}):
        return
    _say("land them")
    landed = niche.landing(connection, history)
    geography.build(connection, niche.FORCE)
    measures.append(landed)
    if "niche" in parts:
        _say("transform them")
        measures += niche.transform(connection, history, landed.rows, _say)
    else:
        pipeline.run()
    if "delta" in parts:
        measures.append(niche.delta_day(history, folder / "one", _say))
    if "places" in parts:
        _say("places")
        measures.append(transform.places_rank(connection, niche.FORCE, niche.SOURCE))


def _publish(connection) -> None:
    """Designate, and bring Superset up to date, as the DAGs do."""
    from rasure.places import designate_all
    from rasure.runtime.superset import synchronise
    from rasure.transform import pipeline

    designate_all(connection)
    pipeline.run(("marts",))
    synchronise(warm=False)


def _say(sentence: str) -> None:
    print(f"bench: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
