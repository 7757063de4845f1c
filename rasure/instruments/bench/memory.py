"""`peak_memory`: the most that everything of a home held at once.

This process and all below it, and every service of the home, sampled every second:
what each holds for itself, and once the largest that any of them shares (PostgreSQL's
buffers). Proportional set sizes would be finer, but reading them costs so much that the
other measures would suffer. The floor is the services at rest.
"""

from __future__ import annotations

import contextlib
import threading

import psutil

from rasure.instruments.bench.measures import Measure
from rasure.settings import Settings


class Watch:
    """Samples memory in a thread between `start` and `stop`."""

    def __init__(self) -> None:
        self._roots = _roots()
        self.resting = _held(self._roots)
        self.peak = self.resting
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def start(self) -> Watch:
        """Begin to sample."""
        self._thread.start()
        return self

    def stop(self) -> Measure:
        """End, and give the peak in MB over the services at rest."""
        self._end.set()
        self._thread.join()
        return Measure("peak_memory", self.peak, "MB", self.resting)

    def _sample(self) -> None:
        while not self._end.wait(1):
            self.peak = max(self.peak, _held(self._roots))


def _roots() -> list[psutil.Process]:
    """This process, and the process manager of this home's services."""
    home = str(Settings.load().home)
    roots = [psutil.Process()]
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if "supervisord" in line and home in line:
            roots.append(process)
    return roots


def _held(roots: list[psutil.Process]) -> float:
    """MB held now by `roots` and all below them."""
    own, shared = 0, 0
    for process in {p for root in roots for p in (root, *root.children(True))}:
        with contextlib.suppress(psutil.Error):
            held = process.memory_info()
            own += held.rss - held.shared
            shared = max(shared, held.shared)
    return (own + shared) / 2**20
