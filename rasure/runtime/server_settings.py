"""How a PostgreSQL server of Rasure is made and tuned, in a home and in a deployment.

This module imports nothing but the standard library and `rasure.errors`: the database's
container has no other packages.
"""

from __future__ import annotations

from rasure.errors import SetupError

INITDB_OPTIONS = (
    *("-U", "postgres", "--auth=scram-sha-256"),
    # Text sorts as in C.UTF-8, byte by byte, but PostgreSQL knows it does and sorts ids
    # with fewer instructions.
    *("--encoding=UTF8", "--locale=C.UTF-8", "--lc-collate=C"),
    "--data-checksums",
)
ALWAYS = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
UNITS = {"k": 2**10, "m": 2**20, "g": 2**30}


def tuning(memory: int) -> dict[str, str]:
    """PostgreSQL's settings for a server that may use `memory` bytes."""
    mebibytes = memory // 2**20
    return {
        "shared_buffers": f"{min(max(mebibytes // 8, 128), 1024)}MB",
        "effective_cache_size": f"{max(mebibytes // 3, 256)}MB",
        "work_mem": f"{min(max(mebibytes // 128, 16), 64)}MB",
        "maintenance_work_mem": f"{min(max(mebibytes // 32, 64), 256)}MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "lz4",
        "random_page_cost": "1.1",
        "jit": "off",
        "client_connection_check_interval": "5s",
    }


def bytes_of(size: str) -> int:
    """The bytes of a size in the words of a compose file, for instance `4g` or `512m`.

    Raises `SetupError`.
    """
    number, unit = size[:-1], size[-1:].lower()
    if unit in UNITS and number.isdigit() and int(number) > 0:
        return int(number) * UNITS[unit]
    raise SetupError(f"{size!r} is not a size of memory. Write it as 4g or 512m.")
