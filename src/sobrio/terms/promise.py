"""A promise that labels granted: where a model may answer in place of the reference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """`model` may answer where `reference` is expected to score at most `max_gain` more.

    It holds for the expectations it was granted on: those of the predictor of that version, where one is
    named, and of any otherwise.
    """

    model: str
    reference: str
    max_gain: float
    predictor: str | None = None

    def holds(self, reference: str, predictor: str) -> bool:
        return self.reference == reference and self.predictor in (None, predictor)
