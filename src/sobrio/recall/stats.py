"""What a store holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stats:
    entries: int
    questions: int
    """Entries that can be found by their meaning."""
    labels: int
    """Labelled hits, by which thresholds are set."""
    bytes: int | None
    """`None` where the store does not count them."""
    hits: int
    """Of this process, like the misses."""
    misses: int
    scopes: Mapping[str, int] = field(default_factory=dict)
    """Entries by scope, as the store names it: a keyed hash where it is sealed."""
