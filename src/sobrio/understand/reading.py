"""One pass over a prompt's text: its bytes, its tokens and the concepts it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Spans, spans_of
from sobrio.understand.words import stems, vocabulary

ORDER_BYTES: Final = 400
"""What is asked for stands in the first so many bytes, or the last."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    text: str
    spans: Spans
    concepts: Floats
    """How often each concept occurs, shape (concepts,)."""
    ordered: Floats
    """The same near the beginning and the end alone."""

    def named(self, concept: str) -> float:
        return float(self.concepts[_PLACES[concept]])

    def asks(self, concept: str) -> float:
        return float(self.ordered[_PLACES[concept]])


def read(text: str) -> Reading:
    spans = spans_of(text)
    table = vocabulary().concepts
    places, rows = table.found(stems(spans))
    counts = table.counts.take(rows, axis=0)
    starts = spans.starts[places]
    near = (starts < ORDER_BYTES) | (starts >= len(spans.raw) - ORDER_BYTES)
    return Reading(text, spans, counts.sum(axis=0), counts[near].sum(axis=0))


CONCEPTS: Final = vocabulary().concepts.names
_PLACES: Final = {name: place for place, name in enumerate(CONCEPTS)}
