"""The process that dbt runs in: any number of calls, bound to its parent's life.

dbt takes seconds to load itself and to read the project, and half a second for a call
after that; so one process serves all calls of a transform. It reads a list of dbt's
arguments, a line of JSON each, and ends each answer with `DONE` and dbt's exit code.
A build leaves what became of each node in `RESULTS`, as dbt would, but not the manifest
beside it, which nobody reads and which takes most of a second.

A transform that is killed lets go of its lock; were its dbt to go on, the next
transform would meet it in the same tables. So the kernel is asked to end dbt with it.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
from pathlib import Path

RESULTS = "run_results.json"  # in dbt's target directory
PR_SET_PDEATHSIG = 1
DONE = "\x1e done "  # no line of dbt's begins with a record separator
COLLECT_AFTER = 50_000  # objects made and not yet freed, instead of Python's 700


def main() -> None:
    """Serve dbt's calls until the input ends; argument 1 is the parent's id."""
    parent = int(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it went before we asked
        sys.exit(1)
    runner = _load()
    for line in sys.stdin:
        answer = _answer(runner, json.loads(line))
        sys.stdout.flush()
        print(f"{DONE}{_code(answer)}", flush=True)


def _load():
    """dbt with the project read once for all calls; of a faulty project the call itself
    has to tell. What it loads stays to the end: that Python need not search it for
    garbage again and again is a tenth of a transform."""
    gc.disable()
    from dbt.cli.main import dbtRunner

    read = dbtRunner().invoke(["--quiet", "parse", "--no-write-json"])
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()
    return dbtRunner(manifest=read.result if read.success else None)


def _answer(runner, arguments: list[str]):
    if arguments[0] != "build":
        return runner.invoke(arguments)
    answer = runner.invoke([*arguments, "--no-write-json"])
    if hasattr(answer.result, "write"):
        answer.result.write(str(Path(os.environ["DBT_TARGET_PATH"]) / RESULTS))
    return answer


def _code(answer) -> int:
    """What dbt's command line would have ended with."""
    if answer.success:
        return 0
    return 1 if answer.exception is None else 2


if __name__ == "__main__":
    main()
