"""What a server's search brought up, before anybody looked whether it is still there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    """Of an entry."""
    cosine: float
    number: int = 0
    """Its place in a log."""
