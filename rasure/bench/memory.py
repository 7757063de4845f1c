"""`peak_memory`: the most that everything of a home held at once.

Proportional set size (shared pages counted once) of this process and all below it, and
of every service of the home, sampled every half second. The floor is the services at
rest.
"""

from __future__ import annotations

import contextlib
import threading

import psutil

from rasure.bench.measures import Measure
from rasure.settings import Settings


class Watch:
    """Samples memory in a thread between `start` and `stop`."""

    def __init__(self) -> None:
        self.resting = _held()
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
        while not self._end.wait(0.5):
            self.peak = max(self.peak, _held())


def _held() -> float:
    """MB held now by this process, its children and the services of this home."""
    home = str(Settings.load().home)
    roots = [psutil.Process()]
    for process in psutil.process_iter(["cmdline"]):
        if "supervisord" in " ".join(
            process.info["cmdline"] or []
        ) and home in " ".join(process.info["cmdline"]):
            roots.append(process)
    total = 0
    for process in {p for root in roots for p in (root, *root.children(True))}:
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total / 2**20
