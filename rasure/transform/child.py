"""The process that dbt runs in: dbt's own command line, bound to its parent's life.

A transform that is killed lets go of its lock; were its dbt to go on, the next
transform would meet it in the same tables. So the kernel is asked to end dbt with it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run dbt with the arguments of this process; argument 1 is the parent's id."""
    parent = int(sys.argv.pop(1))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it went before we asked
        sys.exit(1)
    from dbt.cli.main import cli

    sys.argv[0] = "dbt"
    sys.exit(cli())


if __name__ == "__main__":
    main()
