"""`peak_memory`: the peak of the memory of all processes of a home together.

Every second, the sum of the private memory of this process, its descendants and the
services of the home is sampled, plus once the largest shared memory (PostgreSQL's
buffers). Proportional set sizes would be more exact, but reading them would slow the
other measures. The floor is the services at rest.
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
        """Start sampling."""
        self._thread.start()
        return self

    def stop(self) -> Measure:
        """Stop sampling; return the peak in MB, with the services at rest as floor."""
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
    """The MB that `roots` and their descendants use now."""
    own, shared = 0, 0
    for process in {p for root in roots for p in (root, *root.children(True))}:
        with contextlib.suppress(psutil.Error):
            held = process.memory_info()
            own += held.rss - held.shared
            shared = max(shared, held.shared)
    return (own + shared) / 2**20
