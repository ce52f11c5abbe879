"""Plans made before: most requests to one policy are alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from sobrio.policy.plan import Plan

_MOST: Final = 1024
"""Shapes of requests that are remembered; callers can make up any number of them."""


class Plans:
    """Belongs to one policy, and is empty in a copy of it."""

    __slots__ = ("_by_shape",)

    def __init__(self) -> None:
        self._by_shape: dict[Hashable, Plan] = {}

    def of(self, shape: Hashable, make: Callable[[], Plan]) -> Plan:
        """The plan for requests of this shape; what `make` raises is not remembered."""
        plan = self._by_shape.get(shape)
        if plan is None:
            plan = make()
            if len(self._by_shape) >= _MOST:
                self._by_shape.clear()
            self._by_shape[shape] = plan
        return plan
