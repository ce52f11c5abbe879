"""A promise that labels granted: where a model may answer in place of the reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

    @property
    def pair(self) -> tuple[str, str]:
        return self.model, self.reference


def passed_over(promises: Sequence[Promise], predictor: str) -> Iterator[str]:
    """In words, each pair once: those for which only another predictor's promises are given."""
    given = {each.pair: each for each in promises}
    kept = {each.pair for each in promises if each.holds(each.reference, predictor)}
    for pair, each in given.items():
        if pair not in kept:
            yield (
                f"the promise for {each.model} in place of {each.reference} is passed over: "
                f"it was granted on predictor {each.predictor}, {predictor or 'another'} is in force"
            )
