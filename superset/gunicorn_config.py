"""A hook of the web server; its other settings are on its command line.

Superset is loaded once, and the workers are forked from that process. The objects that
it loaded are never freed. Freezing them keeps the garbage collector from searching them
with every few requests, and so the workers keep sharing their memory.
"""

import gc

COLLECT_AFTER = 50_000  # new objects between two collections; Python's default is 700


def when_ready(server) -> None:
    """Freeze the loaded objects; gunicorn calls this before it forks the workers."""
    del server
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
