"""What each stream's labels vouch for. A stream is what shares a threshold: tenant, language and judge."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sobrio.recall.same import Evidence
from sobrio.terms.ports import EvidenceStore
from sobrio.terms.question import Label

_FRESH_S: Final = 60.0
"""How long this process goes without asking what others have learnt."""

_MOST: Final = 1_000
"""Streams held in memory; beyond them all are read anew."""


@dataclass(slots=True)
class _Stream:
    evidence: Evidence
    threshold: float | None
    read_at: float


class Streams:
    """Thresholds by stream, from labels that all processes share."""

    def __init__(self, store: EvidenceStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[tuple[str, str, float], _Stream] = {}

    def threshold(self, stream: str, *, scope: str, max_false_hit_rate: float) -> float | None:
        """The probability from which to serve; `None` while there are too few labels for the promise."""
        known = self._known.get((scope, stream, max_false_hit_rate))
        if known is None or self._clock() - known.read_at > _FRESH_S:
            known = self._read(stream, scope, max_false_hit_rate)
        return known.threshold

    def learn(self, label: Label, stream: str, *, scope: str) -> None:
        """Kept for all. A wrong hit makes this process stricter at once; right ones wait for a look."""
        self._store.learn(label, stream=stream, scope=scope)
        for (of_scope, of_stream, _), known in list(self._known.items()):
            if (of_scope, of_stream) == (scope, stream):
                known.evidence = known.evidence.add(label.probability, label.right, label.pair)
                if not label.right:
                    known.threshold = known.evidence.threshold

    def _read(self, stream: str, scope: str, rate: float) -> _Stream:
        if len(self._known) >= _MOST:
            self._known.clear()
        labels = self._store.labels(stream, scope=scope)
        evidence = Evidence(rate).extended((each.probability, each.right, each.pair) for each in labels)
        known = self._known[scope, stream, rate] = _Stream(evidence, evidence.threshold, self._clock())
        return known
