"""How much memory one process of a service may take.

Neither PostgreSQL nor Superset bounds what a single request needs, and where memory
runs out the kernel ends whoever has most of it, with all that others were doing. A
process that meets its own limit is told so: a session of PostgreSQL fails alone; of
Superset, what the same worker answers at that moment may fail with it.
"""

from __future__ import annotations

import os

SMALLEST = 3 * 2**30  # bytes: with six years a transform's largest session took 1.9 GiB
PART = 4  # of the machine's memory


def memory_limit() -> int:
    """Bytes of address space for one process: a quarter of the machine's memory, or
    3 GiB where that is more."""
    return max(machines_memory() // PART, SMALLEST)


def machines_memory() -> int:
    """Bytes of memory of this machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def limited(command: list[str]) -> list[str]:
    """The command line that runs `command`, in the same process, under the limit."""
    kibibytes = str(memory_limit() // 1024)
    return ["/bin/sh", "-c", 'ulimit -v "$0" && exec "$@"', kibibytes, *command]
