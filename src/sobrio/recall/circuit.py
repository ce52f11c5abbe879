"""A circuit that stops asking what does not answer, so that a dead store costs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_FIRST_S: Final = 1.0
_LONGEST_S: Final = 30.0


class Circuit:
    """Opens at a failure, for one second, then two, four … up to thirty; closes at a success."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pause_s = 0.0
        self._until = 0.0

    @property
    def open(self) -> bool:
        return self._clock() < self._until

    def failed(self) -> None:
        if not self.open:
            self._pause_s = min(2 * self._pause_s or _FIRST_S, _LONGEST_S)
            self._until = self._clock() + self._pause_s

    def worked(self) -> None:
        self._pause_s = 0.0
