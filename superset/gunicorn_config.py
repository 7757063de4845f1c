"""Hooks of the web server's processes; the rest of its settings is on the command line.

Superset is loaded once and its workers are forked from it. What it loaded stays to the
end: told so, Python need not search it for garbage again with every few requests, and
the workers go on sharing its memory.
"""

import gc

COLLECT_AFTER = 50_000  # objects made and not yet freed, instead of Python's 700


def when_ready(server) -> None:
    """Superset is loaded and no worker is forked yet."""
    del server
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
