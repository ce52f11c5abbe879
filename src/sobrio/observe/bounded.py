"""Label values from outside are counted by name only up to a bound: nobody fills memory with names."""

from __future__ import annotations

OTHER = "other"
NONE = ""


class Bounded:
    """The first `most` distinct values keep their names."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, value: str | None) -> str:
        if not value:
            return NONE
        if value in self._known:
            return value
        if len(self._known) >= self._most or len(value) > 100:
            return OTHER
        self._known.add(value)
        return value
