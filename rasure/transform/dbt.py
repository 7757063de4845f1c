"""Calls of dbt in this process: its environment, its progress, its answer.

The checkout stays clean: target, logs and the user file lie under RASURE_HOME. The
connection is handed over in the environment while dbt runs; session settings go with it
in PGOPTIONS, because dbt opens a connection per thread. `synchronous_commit` is off
since all that dbt builds can be built again; `jit` is off since compiling costs more
than it gains on queries of a second; the server looks every few seconds whether its
client is still there, so that a statement of a killed transform ends with it. There is
one thread more than there are cores, since one of them writes or waits (184 s to 164 s
for all of a force, on two).
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from rasure.errors import without_values
from rasure.places.definition import dbt_variables
from rasure.settings import CHECKOUT, Settings

PROJECT = CHECKOUT / "dbt"
MOST_THREADS = 9
RESULTS = "run_results.json"  # in dbt's target folder
# dbt says START and OK for each node; the end of a node is news, its start is not.
NODE_ENDED = re.compile(r"^\d+ of \d+ (?!START)")
PARSED = "partial_parse.msgpack"  # beside it: the project as dbt read it last

SESSION = {
    "timezone": "UTC",
    "client_min_messages": "warning",
    "work_mem": "128MB",
    "maintenance_work_mem": "256MB",
    "synchronous_commit": "off",
    "jit": "off",
    "client_connection_check_interval": "5s",
}


@dataclass(frozen=True)
class FailedTest:
    """A test of the data that failed, with what finds the records at fault.

    `query` selects what is wrong, and `words` say what the test is for. `rule` is the
    name of a generic test, for instance `unique`, with the `model` and the `column` (or
    an expression) that it tests; they are empty for a test that is a query of its own.
    """

    name: str
    query: str
    words: str = ""
    rule: str = ""
    model: str = ""
    column: str = ""


@dataclass(frozen=True)
class Answer:
    """What a call of dbt ended with. `code` is that of dbt's command line: 0 for
    success, 1 where a node failed, 2 where dbt itself did. `error` is dbt's own word on
    the last; `results` is its file of results, where it ran any node; `failed_tests`
    are the tests of the data that failed."""

    code: int
    error: str
    results: Path | None
    failed_tests: tuple[FailedTest, ...] = ()


def target_path(settings: Settings, step: str = "all") -> Path:
    """Where dbt keeps its results and what it has read of the project, for a step."""
    return settings.home / "dbt" / "target" / step


def environment(settings: Settings, step: str = "all") -> dict[str, str]:
    """The variables of the environment that dbt needs: the connection and the paths."""
    url = urlsplit(settings.database_url)
    options = parse_qs(url.query)
    host = url.hostname or options.get("host", ["localhost"])[0]
    session = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    threads = str(min((os.cpu_count() or 1) + 1, MOST_THREADS))
    return {
        "RASURE_DBT_THREADS": os.environ.get("RASURE_DBT_THREADS", threads),
        "RASURE_DBT_HOST": host,
        "RASURE_DBT_PORT": str(url.port or options.get("port", ["5432"])[0]),
        "RASURE_DBT_USER": unquote(url.username or ""),
        "RASURE_DBT_PASSWORD": unquote(url.password or ""),
        "RASURE_DBT_DBNAME": unquote(url.path.lstrip("/")),
        "PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} {session}".strip(),
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(target_path(settings, step)),
        "DBT_LOG_PATH": str(settings.logs / "dbt"),
        # What it says comes through the callback, where no row is quoted.
        "DBT_LOG_LEVEL": "none",
        "DBT_LOG_LEVEL_FILE": "none",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "true",
        # Its manifest costs more than half of a short call, and is read in two places
        # only, which ask for it.
        "DBT_WRITE_JSON": "false",
        "DBT_USE_COLORS": "false",
    }


def call(
    settings: Settings,
    arguments: list[str],
    say: Callable[[str], None] = lambda line: None,
    step: str = "all",
    variables: dict | None = None,
) -> Answer:
    """Run dbt with `arguments` for a step. What it says goes to the log of dbt, without
    the rows that PostgreSQL's errors quote; the end of each model or test to `say` too.

    A home's own figures of places go with them as variables of dbt, and `variables`.
    """
    from dbt.cli.main import dbtRunner

    target = target_path(settings, step)
    target.mkdir(parents=True, exist_ok=True)
    (settings.logs / "dbt").mkdir(parents=True, exist_ok=True)
    _share_parsed(target)
    results = target / RESULTS
    results.unlink(missing_ok=True)
    said: list[str] = []
    values = {**dbt_variables(), **(variables or {})}
    given = ["--vars", json.dumps(values)] if values else []

    with _environment(environment(settings, step)), _log_file(settings, step) as log:

        def hear(event) -> None:
            if event.info.level in ("info", "warn", "error") and event.info.msg.strip():
                line = without_values(event.info.msg)
                said.append(line)
                log(line)
                if NODE_ENDED.match(line):
                    say(line)

        answer = dbtRunner(callbacks=[hear]).invoke([*arguments, *given])
        if arguments[0] in ("build", "run", "seed", "test") and hasattr(
            answer.result, "write"
        ):
            for node in answer.result.results:
                node.message = node.message and without_values(node.message)
            answer.result.write(str(results))
    code = 0 if answer.success else 1 if answer.exception is None else 2
    words = dict.fromkeys([*said[-20:], without_values(str(answer.exception or ""))])
    error = "\n".join(words).strip()
    if not results.exists():
        return Answer(code, error if code else "", None)
    failed_tests = tuple(
        _failed_test(one.node)
        for one in answer.result.results
        if one.node.resource_type == "test" and one.status in ("fail", "error")
    )
    return Answer(code, error if code else "", results, failed_tests)


def _failed_test(node) -> FailedTest:
    """The test of a node of dbt."""
    rule = getattr(node, "test_metadata", None)
    if rule is not None:
        return FailedTest(
            node.name,
            node.compiled_code or "",
            rule=rule.name,
            model=(getattr(node, "attached_node", None) or "..").split(".")[2],
            column=str(rule.kwargs.get("column_name") or ""),
        )
    comment = []
    for line in node.raw_code.strip().splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    return FailedTest(node.name, node.compiled_code or "", words=" ".join(comment))


def log_path(settings: Settings) -> Path:
    """The log of what dbt said."""
    return settings.logs / "dbt" / "dbt.log"


@contextmanager
def _log_file(settings: Settings, step: str) -> Iterator[Callable[[str], None]]:
    """A function that writes a line to the log of dbt, with the time and the step."""
    handler = RotatingFileHandler(
        log_path(settings), maxBytes=10_000_000, backupCount=5, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))

    def write(line: str) -> None:
        record = logging.LogRecord(
            "dbt", logging.INFO, "", 0, f"{step}: {line}", None, None
        )
        handler.emit(record)

    try:
        yield write
    finally:
        handler.close()


def _share_parsed(target: Path) -> None:
    """Begin with what another step has read of the project: to read all of it takes
    seconds. dbt itself sees what has changed since."""
    if (target / PARSED).exists():
        return
    others = target.parent.glob(f"*/{PARSED}")
    newest = max(others, key=lambda path: path.stat().st_mtime, default=None)
    if newest is not None:
        shutil.copy(newest, target / PARSED)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables of the environment for the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
