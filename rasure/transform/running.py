"""Run the steps of a transform: one dbt process for all, one transform at a time."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import psycopg

from rasure import schema
from rasure.database import connect
from rasure.settings import Settings
from rasure.sources import unused_tags
from rasure.transform import child, days, dbt, definitions, inputs, results, steps
from rasure.transform.access import grant_reader
from rasure.transform.errors import DbtUnusable, TransformBusy, TransformFailed
from rasure.transform.ground import ensure_ground
from rasure.transform.layers import SEEDS, WHOLE, selection
from rasure.transform.leftovers import drop_unowned
from rasure.transform.results import LayerResult
from rasure.transform.steps import Step

PUBLISHED = "published"  # the step that models of published crime are, to `inputs`
LOCK = 7_257_814  # arbitrary; geography builds take it too, to wait for each other

logger = logging.getLogger(__name__)


def run_layers(
    layers: Iterable[str] = WHOLE,
    full_refresh: bool = False,
    *,
    say: Callable[[str], None] = logger.info,
    unit_tests: bool = False,
    wait_seconds: int = 1800,
) -> list[LayerResult]:
    """Build `layers` in turn, each with its tests, and keep the results in `ops`;
    all of them (`WHOLE`) is the steps of `rasure.transform.steps`.

    `full_refresh` makes incremental models from nothing, as a whole transform does by
    itself where the warehouse was built by the models of another release. `say` gets
    dbt's lines as they come. Unit tests are for development: they are left out unless
    `unit_tests`. While another transform runs, this one waits up to `wait_seconds`.

    Raises `TransformFailed` (a model or test failed; later layers are not run),
    `TransformBusy`, `UnknownLayer`, `SetupError`.
    """
    layers = tuple(layers)
    asked = [Step(name, selection(name)) for name in layers]

    def choose(connection, landed: set[str], made_by: str) -> Iterable[Step]:
        return steps.whole(landed) if layers == WHOLE else asked

    flags = (full_refresh, unit_tests)
    return _run_all(choose, flags, say, wait_seconds, is_whole=layers == WHOLE)


def run_changes(
    *, say: Callable[[str], None] = logger.info, wait_seconds: int = 1800
) -> list[LayerResult]:
    """Run a whole transform, less what is done once for each day of the data when that
    has been done for this one, and less the models of published crime while that is
    the same: what Airflow does whenever something has landed. Nothing is left out where
    other models made what is there."""
    found = {}

    def choose(connection, landed: set[str], made_by: str) -> Iterable[Step]:
        found["published"] = f"{inputs.published(connection)} {made_by}"
        is_same = inputs.known(connection, PUBLISHED) == found["published"]
        is_same = is_same and definitions.are_held(connection, landed)
        if _of_others(connection, steps.whole(landed), made_by):
            return steps.whole(landed)
        return steps.whole(landed, days.is_new(connection), is_same)

    done = _run_all(choose, (False, False), say, wait_seconds, is_whole=True)
    with connect("rasure transform", autocommit=True) as connection:
        inputs.keep(connection, PUBLISHED, found["published"])
    return done


def _run_all(
    choose: Callable[[psycopg.Connection, set[str], str], Iterable[Step]],
    flags: tuple[bool, bool],
    say: Callable[[str], None],
    wait_seconds: int,
    *,
    is_whole: bool,
) -> list[LayerResult]:
    """Run the steps that `choose` gives for the sources that have landed and the
    version of the models; `is_whole`: they are all there are, but for what is the same
    as before."""
    settings = Settings.load()
    done = []
    made_by = definitions.models_version()  # what dbt is about to load
    with connect("rasure transform", autocommit=True) as connection:
        schema.ensure(connection)
        with ExitStack() as stack:
            session = stack.enter_context(dbt.Session(settings))
            stack.enter_context(only_one(connection, wait_seconds, say))
            stack.push(session)  # its end comes before that of the lock
            grant_reader(connection)
            ensure_ground(connection, say)
            if unowned := drop_unowned(connection):
                say(f"building without {', '.join(unowned)}: no model owns them")
            landed = _landed(connection)
            chosen = tuple(choose(connection, landed, made_by))
            others = _of_others(connection, chosen, made_by) if is_whole else ()
            beside = stack.enter_context(ThreadPoolExecutor(1))
            waiting: list[tuple[Step, Future]] = []
            for step in chosen:
                if step.is_beside:
                    waiting.append((step, beside.submit(_work_apart, step)))
                elif step.work is None:
                    if step.name in others:
                        say(f"{step.name}: anew, since other models made what is there")
                        definitions.forget_models(connection, step.name)
                    held = step.may_skip_definitions and not any(flags)
                    held = held and definitions.are_held(connection, landed)
                    is_anew = flags[0] or step.name in others
                    arguments = _arguments(step, landed, is_anew, flags[1], held)
                    result = _run(connection, settings, session, step, arguments, say)
                    done.append(result)
                    say(result.summary)
                    if is_whole:
                        definitions.keep_models(connection, step.name, made_by)
                    if step.may_skip_definitions:
                        definitions.keep(connection, landed)
                    for other, work in waiting:
                        say(f"{other.name}: {work.result()}")
                    waiting.clear()
                else:
                    say(f"{step.name}: {_work(step, connection)}")
    return done


def _of_others(
    connection: psycopg.Connection, chosen: Iterable[Step], made_by: str
) -> tuple[str, ...]:
    """The steps of dbt whose models were others when they were built."""
    calls = (step.name for step in chosen if step.selectors)
    return tuple(
        name for name in calls if definitions.were_others(connection, name, made_by)
    )


def _work(step: Step, connection: psycopg.Connection) -> str:
    """Do a step that is not dbt's; returns what to say of it."""
    module, function = step.work.split(":")
    return getattr(importlib.import_module(module), function)(connection)


def _work_apart(step: Step) -> str:
    """The same on a connection of its own."""
    with connect("rasure transform", autocommit=True) as connection:
        return _work(step, connection)


def _landed(connection: psycopg.Connection) -> set[str]:
    """The sources of which a delivery has landed."""
    landed = connection.execute(
        "select distinct source from ops.deliveries where state = 'landed'"
    )
    return {source for (source,) in landed}


def _arguments(
    step: Step,
    landed: set[str],
    full_refresh: bool,
    unit_tests: bool,
    definitions_held: bool,
) -> list[str]:
    """dbt's arguments for a step.

    Models that have nothing to read are left out (`unused_tags`): empty, each would
    cost a tenth of a second all the same. So are definitions that the warehouse holds.
    """
    absent = (f"tag:{tag}" for tag in unused_tags(landed))
    arguments = ["build", "--select", *step.selectors]
    held = (SEEDS,) if definitions_held else ()
    if excluded := [*step.excluded, *held, *absent]:
        arguments += ["--exclude", *excluded]
    if full_refresh:
        arguments.append("--full-refresh")
    if not unit_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
    return arguments


def _run(
    connection: psycopg.Connection,
    settings: Settings,
    session: dbt.Session,
    step: Step,
    arguments: list[str],
    say: Callable[[str], None],
) -> LayerResult:
    found = dbt.target_path(settings) / child.RESULTS
    found.unlink(missing_ok=True)
    started = time.monotonic()
    code, tail = session.call(arguments, say)
    seconds = round(time.monotonic() - started, 3)
    if not found.exists():
        raise DbtUnusable(
            f"dbt stopped with code {code} before it built anything of {step.name}. "
            f"Its last words:\n{tail.strip()}"
        )
    result = results.read(found, step.name, seconds, datetime.now(UTC))
    results.store(connection, result)
    if code != 0 or result.failed:
        raise TransformFailed(
            results.explain(result, settings.logs / "dbt" / "dbt.log")
        )
    return result


@contextmanager
def only_one(
    connection: psycopg.Connection, wait_seconds: int, say: Callable[[str], None]
) -> Iterator[None]:
    """Hold the transform lock of this warehouse; it goes when the session goes."""
    free = connection.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()[0]
    if not free:
        say("Another transform is running; waiting for it to end.")
        try:
            with connection.transaction():
                connection.execute(
                    "select set_config('lock_timeout', %s, true)", (f"{wait_seconds}s",)
                )
                connection.execute("select pg_advisory_lock(%s)", (LOCK,))
        except psycopg.errors.LockNotAvailable:
            raise TransformBusy(
                f"Another transform of this warehouse has run for {wait_seconds} s and "
                "is not done. Let it end, or end it, and try again."
            ) from None
    try:
        yield
    finally:
        connection.execute("select pg_advisory_unlock(%s)", (LOCK,))
