"""A transform, step by step: the one list that the command line and the DAG go by.

    staging   the ground, the definitions, the typed rows, the keys that changed, and
              the person records that linkage compares
    link      who is one person: record linkage, on the person records that changed
    places    the rest of core that does not depend on that, and the bands of the hours
    people    what stands on who is one person; who was suspected together
    marts     what the pages read, built apart and published at once

`link` and `places` do not need each other: the DAG runs them in parallel. Each step can
be repeated, and a run whose steps have all been done ends what it began: only then are
the changed keys deleted and the marts published. Which run may work is for
`rasure.runs`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import psycopg

from rasure import geography, runs, schema
from rasure.database import connect
from rasure.settings import Settings
from rasure.sources import INSTANTS, unused_tags
from rasure.sources.incidents import mapping_tables as incident_tables
from rasure.sources.niche_rms import mapping_tables as niche_tables
from rasure.transform import dbt, failing, marts, results, state
from rasure.transform.errors import (
    DbtUnusable,
    TransformFailed,
    TransformUnfinished,
    UnknownStep,
)
from rasure.transform.results import StepResult
from rasure.transform.set_aside import what_was_set_aside
from rasure.transform.values import values_not_understood

logger = logging.getLogger(__name__)

SEEDS = "path:seeds"
STAGING = "path:models/staging"
CORE = "path:models/core"
MARTS = "path:models/marts"
# What linkage reads, with all that it is made from.
PERSON_RECORDS = ("+person_records", "+person_merges")
# What stands on who is one person, and all that is made from that.
IDENTITIES = "int_niche_person_ids+"
# Of core, what the designation and not a delivery changes.
DESIGNATED = "designated_places"
# What stands on the places that are placed freely: built again after a designation.
PLACED = "placed_locations+"
RECORDS = "niche_rms"  # the source whose models build only what changed

BANDS = """
    select concat_ws(' ',
        (select sum(hashtext(events::text)::bigint)
        from core.int_event_times as events),
        (select sum(hashtext(subjects::text)::bigint)
        from core.int_time_subjects as subjects),
        (select sum(hashtext(hours::text)::bigint) from core.hour_exposure as hours),
        (select sum(hashtext(held::text)::bigint) from reference.top_hours as held)
    )
"""


@dataclass
class Transform:
    """What a step works with. `version` is that of everything but the deliveries."""

    connection: psycopg.Connection
    settings: Settings
    say: Callable[[str], None]
    is_full_refresh: bool
    has_unit_tests: bool
    landed: list[str]
    version: str
    step: str
    results: list[StepResult] = field(default_factory=list)

    @property
    def has_records(self) -> bool:
        """True if a records-management extract has landed."""
        return RECORDS in self.landed

    def build(self, select: Iterable[str], exclude: Iterable[str] = ()) -> None:
        """Build models with their tests by one call of dbt.

        Models that have nothing to read are left out: empty, each would cost a tenth of
        a second all the same. Raises `TransformFailed` and `DbtUnusable`.
        """
        unused = [f"tag:{tag}" for tag in unused_tags(self.landed)]
        arguments = ["build", "--select", *select]
        if left_out := [*exclude, *unused, *self._as_built()]:
            arguments += ["--exclude", *left_out]
        if self.is_full_refresh:
            arguments.append("--full-refresh")
        if not self.has_unit_tests:
            arguments += ["--exclude-resource-type", "unit_test"]
        started = time.monotonic()
        answer = dbt.call(
            self.settings,
            arguments,
            self.say,
            self.step,
            {"marts_suffix": marts.NEXT, **geography.dbt_variables(self.connection)},
        )
        seconds = round(time.monotonic() - started, 3)
        if answer.results is None:
            raise DbtUnusable(
                f"dbt stopped with code {answer.code} before it built anything of "
                f"{self.step}. It said:\n{answer.error}"
            )
        result = results.read(answer.results, self.step, seconds, datetime.now(UTC))
        results.store(self.connection, result)
        self.results.append(result)
        if answer.code != 0 or result.failed:
            records = failing.records_at_fault(self.connection, answer.failed_tests)
            log = dbt.log_path(self.settings)
            raise TransformFailed(results.explain(result, log, records))
        self.say(result.summary)

    def _as_built(self) -> list[str]:
        """The models of each source that was built from the deliveries that it has now.

        Those of records management are built all the same, by what changed.
        """
        if self.is_full_refresh:
            return []
        same = [
            source
            for source in self.landed
            if source != RECORDS
            and state.is_built_from_deliveries(self.connection, source)
        ]
        return [f"{layer}/{source}" for source in same for layer in (STAGING, CORE)]


def staging(transform: Transform) -> None:
    """Build what linkage reads, from the deliveries that are new."""
    state.claim_changed_keys(transform.connection)
    state.keep_deliveries_to_build(transform.connection)
    # Seeds are of the version of the warehouse: another one is a full refresh.
    if transform.is_full_refresh:
        transform.build((SEEDS, STAGING, *PERSON_RECORDS))
    else:
        transform.build((STAGING, *PERSON_RECORDS), (SEEDS,))


def link(transform: Transform) -> None:
    """Find who is one person, among the person records that changed."""
    from rasure.linkage.changes import link_changes

    if not transform.has_records:
        transform.say("link: no extract with persons has landed")
        return
    changed = None
    if not transform.is_full_refresh:
        changed = state.changed_persons(transform.connection)
    report = link_changes(transform.connection, changed)
    if report is None:
        transform.say("link: nothing has changed")
        return
    transform.say(
        f"link: {report.records:,} records of {report.persons:,} persons, "
        f"{report.records_changed:,} new or changed ({report.kind}, "
        f"{report.seconds:.1f} s)"
    )


def places(transform: Transform) -> None:
    """Build the part of core that does not depend on who is one person, and draw the
    bands of the hours."""
    connection = transform.connection
    placed = state.placed_designations(connection)
    transform.build((CORE,), (*PERSON_RECORDS, IDENTITIES, DESIGNATED))
    state.keep_built_from(connection, state.PLACED, placed)
    if INSTANTS not in unused_tags(transform.landed):
        transform.say(f"places: {_draw_bands(connection)}")


def people(transform: Transform) -> None:
    """Build what stands on who is one person; join who was suspected together."""
    if not transform.has_records:
        transform.say("people: no extract with persons has landed")
        return
    from rasure.linkage.status import merge_loops
    from rasure.people.decisions import forget_gone

    connection = transform.connection
    transform.build((f"{CORE},{IDENTITIES}",))
    with connection.transaction():
        erased = forget_gone(connection)
    transform.say(
        f"people: {erased:,} decisions and places erased of people who are gone"
    )
    loops = merge_loops(connection)
    if loops:
        transform.say(
            f"people: {len(loops):,} merges of the source form a loop; the eldest "
            "record stands for each; `rasure link status` lists them"
        )
    transform.say(f"people: {_join_network(connection)}")


def build_marts(transform: Transform) -> None:
    """Build the marts apart, and publish them when all have passed their tests."""
    connection = transform.connection
    marts.prepare(connection)
    placed = state.placed_designations(connection)
    if state.is_built_from(connection, state.PLACED, placed):
        transform.build((MARTS, DESIGNATED))
    else:
        transform.build((MARTS, DESIGNATED, PLACED))
        state.keep_built_from(connection, state.PLACED, placed)
    schema = f"marts{marts.NEXT}"
    for line in (
        *what_was_set_aside(connection, schema),
        *values_not_understood(connection, schema),
    ):
        transform.say(line)


STEPS: dict[str, Callable[[Transform], None]] = {
    "staging": staging,
    "link": link,
    "places": places,
    "people": people,
    "marts": build_marts,
}
WHOLE = tuple(STEPS)
OF_CORE = WHOLE[:-1]


def run(
    steps: Iterable[str] = WHOLE,
    *,
    full_refresh: bool = False,
    unit_tests: bool = False,
    say: Callable[[str], None] = logger.info,
    wait_seconds: float = runs.WAIT_SECONDS,
    name: str = "rasure transform",
) -> list[StepResult]:
    """Run steps in their order, as one run; returns what dbt did in each.

    `full_refresh` builds every table from nothing, as a run does by itself where the
    models, definitions, mappings or geography are others than the warehouse was built
    by. While another run works, this one waits up to `wait_seconds`. Unit tests are for
    development. Raises `TransformFailed`, `TransformUnfinished`, `UnknownStep`,
    `runs.RunBusy` and `SetupError`.
    """
    wanted = tuple(steps)
    if unknown := [step for step in wanted if step not in STEPS]:
        raise UnknownStep(
            f"There is no step {unknown[0]!r}. The steps are {', '.join(STEPS)}."
        )
    done: list[StepResult] = []
    with connect(name, autocommit=True) as connection:
        schema.ensure(connection)
        run_id = runs.begin(connection, name, wait_seconds=wait_seconds, say=say)
        try:
            for step in (step for step in WHOLE if step in wanted):
                done += _run_step(
                    connection, run_id, step, full_refresh, unit_tests, say
                )
            runs.succeed(connection, run_id)
        finally:
            runs.release(connection, run_id)
    return done


def run_task(
    step: str, dag_run: str, *, say: Callable[[str], None] = logger.info
) -> list[StepResult]:
    """Run one step as a task of a DAG run, which `dag_run` names.

    The first step begins the run; the last one ends it. Raises what `run` does, and
    `runs.RunSuperseded` where a newer run has begun.
    """
    name = f"transform {dag_run}"
    with connect(name, autocommit=True) as connection:
        schema.ensure(connection)
        run_id = runs.id_of(connection, name)
        if run_id is None:
            run_id = runs.begin(
                connection, name, idle_seconds=runs.TASKS_IDLE_SECONDS, say=say
            )
        done = _run_step(connection, run_id, step, False, False, say)
        if step == WHOLE[-1]:
            runs.succeed(connection, run_id)
    return done


def _run_step(
    connection: psycopg.Connection,
    run_id: int,
    step: str,
    full_refresh: bool,
    unit_tests: bool,
    say: Callable[[str], None],
) -> list[StepResult]:
    with runs.step(connection, run_id, step) as run_before:
        if step == "staging":
            _prepare(connection, say)
        version = state.warehouse_version(connection)
        is_full_refresh = full_refresh or not state.is_built_from(
            connection, state.WAREHOUSE, [version]
        )
        if step == "staging":
            runs.keep_version(connection, run_id, version, is_full_refresh)
            if is_full_refresh:
                state.begin_full_refresh(connection)
            if is_full_refresh and not full_refresh:
                say(
                    "staging: a full refresh, since models, definitions or "
                    "geography changed, or the last full refresh did not end"
                )
        elif run_before.version is not None:
            is_full_refresh = run_before.is_full_refresh
            if run_before.version != version:
                raise TransformUnfinished(
                    "Models, definitions or geography have changed since this "
                    f"transform began, before its step {step}. Run it again from the "
                    "beginning."
                )
        if step == "marts" and not _is_core_complete(connection):
            raise TransformUnfinished(
                "The last transform stopped before core was complete; marts built now "
                "would show old beside new. Run `rasure transform`."
            )
        transform = Transform(
            connection,
            Settings.load(),
            say,
            is_full_refresh=is_full_refresh,
            has_unit_tests=unit_tests,
            landed=state.landed_sources(connection),
            version=version,
            step=step,
        )
        STEPS[step](transform)
        if step == "marts":
            is_whole = set(OF_CORE) <= {*run_before.steps_done}
            with connection.transaction():
                marts.publish(connection)
                if is_whole:
                    state.keep_success(connection, version)
            marts.drop_former(connection)
    return transform.results


def ensure_ground(connection: psycopg.Connection, say: Callable[[str], None]) -> None:
    """Build what each force that has landed needs before its rows can be modelled: its
    geography, and the words of its mapping.

    It is not built by the landing, so that a landing stays one transaction, and a force
    is never without ground because a loader was killed. A force of which no boundaries
    are known is passed over by name: its crimes count, and have no place.
    """
    forces = connection.execute(
        "select force, sum(rows_landed)::bigint from ops.delivery_files"
        " group by force order by force"
    ).fetchall()
    geography.align_grid(connection)
    is_british = geography.is_on_british_grid(connection)
    for force, rows in forces:
        if geography.is_built(connection, force):
            continue
        if not (force in geography.known_forces() and is_british):
            say(
                f"staging: {force} has no ground, so its {rows:,} rows make no place "
                "hot. `rasure geography forces` lists the forces that have, and "
                "`rasure geography build --boundary` gives one to any place."
            )
            continue
        say(f"building the geography of {force}")
        geography.build(connection, force)
    niche_tables.write_landed_mappings(connection)
    incident_tables.write_landed_mappings(connection)


def _prepare(connection: psycopg.Connection, say: Callable[[str], None]) -> None:
    marts.grant_readers(connection)
    ensure_ground(connection, say)
    if removed := state.drop_removed_models(connection):
        say(f"staging: dropped {', '.join(removed)}: no model builds them now")


def _is_core_complete(connection: psycopg.Connection) -> bool:
    """True if no run has begun a step of core, since the last that did all, without
    ending it."""
    rows = connection.execute(
        "select steps_begun, steps_done from ops.transform_runs order by run_id desc"
    )
    for steps_begun, steps_done in rows:
        begun = set(steps_begun) & set(OF_CORE)
        if begun:
            return begun <= set(steps_done)
    return True


def _join_network(connection: psycopg.Connection) -> str:
    """Join who was suspected together, once for each day of the data."""
    from rasure.people.network import joined, refresh

    day = state.day_of_data(connection)
    if state.is_built_from(connection, "network", day):
        return "the network is of this day of the data"
    with connection.transaction():
        count = refresh(connection, joined(connection))
        state.keep_built_from(connection, "network", day)
    return f"{count:,} people joined in the network"


def _draw_bands(connection: psycopg.Connection) -> str:
    """Draw the bands of the hours, where an event or a definition has changed."""
    from rasure.times.errors import NoTimes
    from rasure.times.store import refresh

    (content,) = connection.execute(BANDS).fetchone()
    source = [sha256(content.encode()).hexdigest()[:16]]
    if state.is_built_from(connection, "bands", source):
        return "no band has changed"
    with connection.transaction():
        try:
            rows = refresh(connection)
        except NoTimes:
            return "no event has a time"
        state.keep_built_from(connection, "bands", source)
    return f"{rows['bands']:,} bands drawn"
