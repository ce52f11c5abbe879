"""How fast each deployment answers, learned from the answers it gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sobrio.terms.speed import Speed

_NEW: Final = 0.2
"""Weight of the newest answer: about the last ten count."""


class Paces:
    """One worker's measurements, by deployment. A deployment that has not answered yet has no speed."""

    def __init__(self) -> None:
        self._speeds: dict[str, Speed] = {}

    @property
    def speeds(self) -> Mapping[str, Speed]:
        return self._speeds

    def note(self, deployment: str, *, first_byte_ms: float, total_ms: float, output_tokens: float) -> None:
        """One answer: the time to its first and last byte, from the moment its call began."""
        each = (total_ms - first_byte_ms) / output_tokens if output_tokens > 0 else 0.0
        before = self._speeds.get(deployment)
        if before is None:
            self._speeds[deployment] = Speed(first_byte_ms, each)
            return
        self._speeds[deployment] = Speed(
            before.first_byte_ms + _NEW * (first_byte_ms - before.first_byte_ms),
            before.ms_per_output_token + _NEW * (each - before.ms_per_output_token),
        )
