"""The memory limit of one process of a service.

Neither PostgreSQL nor Superset limits the memory of a single request, and when memory
runs out the kernel ends the largest process with all its work. With a limit of its own,
a session of PostgreSQL fails alone; a worker of Superset fails with the requests that
it answers at that moment.
"""

from __future__ import annotations

import os

SMALLEST = 3 * 2**30  # bytes: at six years a transform's largest session used 1.9 GiB
PART = 4  # of the machine's memory


def memory_limit() -> int:
    """The address space of one process in bytes: a quarter of the memory, or 3 GiB."""
    return max(machines_memory() // PART, SMALLEST)


def machines_memory() -> int:
    """Bytes of memory of this machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def limited(command: list[str]) -> list[str]:
    """The command line that runs `command`, in the same process, under the limit."""
    kibibytes = str(memory_limit() // 1024)
    return ["/bin/sh", "-c", 'ulimit -v "$0" && exec "$@"', kibibytes, *command]
