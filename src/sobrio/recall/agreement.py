"""What several like questions say together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

VERSION: Final = "together-2"
"""Changes with what `weigh` makes of the same scores: labels of another version vouch for nothing."""
_SURE: Final = 1.0 - 1e-6
_NEGLIGIBLE: Final = 0.02
"""Score below which a question is no evidence for another answer."""
LIFT: Final = 2.0
"""Companions, however many, are worth one more question as good as the best."""

AskTheSame: TypeAlias = Callable[[int, Sequence[int]], Sequence[bool]]
AskApart: TypeAlias = Callable[[Sequence[int]], bool]


def weigh(
    scores: NDArray[np.float64], answers: Sequence[bytes], same: AskTheSame, apart: AskApart
) -> tuple[int, float]:
    """(place of the question to answer with, P(its answer is right)).

    `scores` are the pairs' own probabilities; equal `answers` are the same, an empty one is like no other.
    Ways to ask one thing are nearly one piece of evidence: what the score overlooks in one of them it
    overlooks in all. So the odds of the questions with one answer add up to `LIFT` times the best odds at
    most, and to the best alone where the new question is `apart` from all of them. Answers exclude each
    other: the odds of other answers stand against the strongest. Where answers differ, `same` tells which
    of some questions ask the same as one: those say nothing, since answers in other words may mean the
    same. A question alone keeps its score.
    """
    odds = np.minimum(scores, _SURE) / (1.0 - np.minimum(scores, _SURE))
    by_answer: dict[bytes | int, list[int]] = {}
    for k, answer in enumerate(answers):
        by_answer.setdefault(answer or k, []).append(k)
    together = {name: _together(odds, places, apart) for name, places in by_answer.items()}
    strongest = max(together, key=lambda name: together[name])
    best = max(by_answer[strongest], key=lambda k: odds[k])
    others = [k for k in range(len(odds)) if k not in by_answer[strongest] and scores[k] >= _NEGLIGIBLE]
    alike = same(best, others) if others else ()
    unwanted = sum(odds[k] for k, yes in zip(others, alike, strict=True) if not yes)
    return best, float(together[strongest] / (1.0 + together[strongest] + unwanted))


def _together(odds: NDArray[np.float64], places: Sequence[int], apart: AskApart) -> float:
    """The odds of one answer."""
    best = float(odds[places].max())
    if len(places) == 1 or apart(places):
        return best
    return min(float(odds[places].sum()), LIFT * best)
