"""What a stream's labelled hits say so far: pure, ordered, easy to persist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, nextafter

from sobrio.recall.same.bound import RISK, labels_needed, threshold

_GROWTH = 1.5
"""Labels are judged anew when there are half as many again: each look costs some of the risk."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Labelled would-be hits of one stream, in the order they came.

    The same labels give the same threshold, so that a store keeps the labels alone. A stream is whatever
    shares a threshold: tenant, task, language, encoder and scorer. Start anew when one of them changes.
    """

    max_false_hit_rate: float = 0.01
    scores: tuple[float, ...] = ()
    right: tuple[bool, ...] = ()
    pairs: frozenset[str] = frozenset()
    """For which a right answer has been counted."""

    def add(self, score: float, right: bool, pair: str = "") -> Evidence:
        """With one more label: from feedback, or from an answer fetched anew and compared.

        `pair` names the kept answer and the question. However often the one is right for the other, that is
        known after the first time and counts once; a wrong answer harms each time, and counts each time.
        """
        return self.extended([(score, right, pair)])

    def extended(self, labels: Iterable[tuple[float, bool, str]]) -> Evidence:
        """With (score, right, pair) of several labels, in the order they came."""
        pairs = set(self.pairs)
        new = [(score, right) for score, right, pair in labels if _counts(right, pair, pairs)]
        return Evidence(
            self.max_false_hit_rate,
            (*self.scores, *(score for score, _ in new)),
            (*self.right, *(right for _, right in new)),
            frozenset(pairs),
        )

    @property
    def missing(self) -> int:
        """Labels to go before the first judgement: with fewer, only exact hits are served."""
        return max(0, self._first - len(self.scores))

    @property
    def threshold(self) -> float | None:
        """Serve at or above it; `None` serves exact hits only.

        Judged at 1, 1.5, 2.25 … times the first number of labels; the risk of 5 % is halved from look
        to look, so that looking often breaks the promise no more often. A wrong hit since the last look
        lifts the threshold above itself at once.
        """
        look = self._last_look()
        if look is None:
            return None
        count, risk = look
        found = threshold(self.scores[:count], self.right[:count], self.max_false_hit_rate, risk)
        return None if found is None else max(found, self._above_wrong_since(count))

    @property
    def _first(self) -> int:
        return labels_needed(self.max_false_hit_rate, RISK / 2)

    def _last_look(self) -> tuple[int, float] | None:
        """(labels judged, risk spent) at the latest look."""
        look, count, risk = None, self._first, RISK / 2
        while count <= len(self.scores):
            look = count, risk
            count, risk = ceil(count * _GROWTH), risk / 2
        return look

    def _above_wrong_since(self, count: int) -> float:
        since = zip(self.scores[count:], self.right[count:], strict=True)
        return max((nextafter(score, 2.0) for score, right in since if not right), default=0.0)


def _counts(right: bool, pair: str, counted: set[str]) -> bool:
    """Whether a label is a vote of its own; notes the pair of one that is."""
    if not right or not pair:
        return True
    known = pair in counted
    counted.add(pair)
    return not known
