"""First-time set-up steps of a metadata database: each runs once and can be resumed.

The steps that have run are recorded in the database that they set up. So a database
that is new, restored from a copy, or half set up gets exactly the steps that it lacks.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from rasure.errors import SetupError
from rasure.runtime.environment import callers_environment


@dataclass(frozen=True)
class Step:
    """A command that sets something up and can be repeated.

    `answers` is the text that it gets on standard input.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    answers: str = ""


def missing(url: str, steps: list[Step]) -> list[Step]:
    """The steps that have not run for this database."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "create table if not exists rasure_setup ("
            "  step text primary key, done_at timestamptz not null default now())"
        )
        rows = connection.execute("select step from rasure_setup").fetchall()
    done = {step for (step,) in rows}
    return [step for step in steps if step.name not in done]


def run_missing(
    url: str, steps: list[Step], log: Path, say: Callable[[str], None], lock: int
) -> None:
    """Run the steps that this database lacks; raises `SetupError`, which names the log.

    `lock` is a file descriptor that each step keeps open while it runs.
    """
    for step in missing(url, steps):
        say(f"setting up {step.name}")
        with log.open("a") as out:
            answer = subprocess.run(
                step.command,
                input=step.answers,
                env=callers_environment() | step.environment,
                cwd="/",
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                pass_fds=(lock,),
                umask=0o077,
            )
        if answer.returncode != 0:
            raise SetupError(
                f"Setting up {step.name} failed ({os.path.basename(step.command[0])} "
                f"ended with {answer.returncode}). Its log is {log}; run `rasure up` "
                "again once the cause is gone."
            )
        with psycopg.connect(url) as connection:
            connection.execute(
                "insert into rasure_setup (step) values (%s)", (step.name,)
            )
