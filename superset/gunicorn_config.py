"""Hooks of the web server; its other settings are on its command line.

Superset is loaded once, and the workers are forked from that process. The objects that
it loaded are never freed. Freezing them keeps the garbage collector from searching them
with every few requests, and so the workers keep sharing their memory.
"""

import gc
import os

from gunicorn.glogging import Logger

from rasure_superset.json_lines import use_json_lines

COLLECT_AFTER = 50_000  # new objects between two collections; Python's default is 700


class JsonLogger(Logger):
    """Writes the log of requests and that of errors as JSON lines."""

    def setup(self, cfg) -> None:
        """Set up the logs as gunicorn does, with another form of the lines."""
        super().setup(cfg)
        use_json_lines(self.access_log)
        use_json_lines(self.error_log)


if os.environ.get("RASURE_JSON_LOGS") == "1":
    logger_class = JsonLogger


def when_ready(server) -> None:
    """Freeze the loaded objects; gunicorn calls this before it forks the workers."""
    del server
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
