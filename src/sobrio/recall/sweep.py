"""Sweeping: what nobody asks for any more has to go, too."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sobrio.errors import CacheError

log = logging.getLogger("sobrio.recall")


class Sweeper:
    """Calls `sweep` every so often, on a thread of its own, until it is closed."""

    def __init__(self, sweep: Callable[[], object], every_s: float) -> None:
        self._sweep = sweep
        self._every_s = every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sobrio-cache-sweeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            try:
                self._sweep()
            except CacheError as error:
                log.warning("what has expired stays for now: %s", error.message)
