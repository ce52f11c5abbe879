"""What several like questions say together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

_SURE: Final = 1.0 - 1e-6
_NEGLIGIBLE: Final = 0.02
"""Score below which a question is no evidence for another answer."""

AskTheSame: TypeAlias = Callable[[int, Sequence[int]], Sequence[bool]]


def weigh(scores: NDArray[np.float64], answers: Sequence[bytes], same: AskTheSame) -> tuple[int, float]:
    """(place of the question to answer with, P(its answer is right)).

    Answers exclude each other, and every kept question is evidence of its own: the odds of those with one
    answer add up, against the odds of the others and of none. `scores` are the pairs' own probabilities;
    equal `answers` are the same, an empty one is like no other. Where answers differ, `same` tells which of
    some questions ask the same as one: those say nothing, since answers in other words may mean the same.
    A question alone keeps its score.
    """
    odds = np.minimum(scores, _SURE) / (1.0 - np.minimum(scores, _SURE))
    best = _likeliest(odds, answers)
    companions = [k for k in range(len(scores)) if k == best or (answers[k] and answers[k] == answers[best])]
    others = [k for k in range(len(scores)) if k not in companions and scores[k] >= _NEGLIGIBLE]
    alike = same(best, others) if others else ()
    rivals = [k for k, yes in zip(others, alike, strict=True) if not yes]
    wanted, unwanted = odds[companions].sum(), odds[rivals].sum()
    return best, float(wanted / (1.0 + wanted + unwanted))


def _likeliest(odds: NDArray[np.float64], answers: Sequence[bytes]) -> int:
    """The likeliest question of the answer with the best odds."""
    totals: dict[bytes | int, float] = {}
    for k, answer in enumerate(answers):
        totals[answer or k] = totals.get(answer or k, 0.0) + float(odds[k])
    strongest = max(totals, key=lambda name: totals[name])
    return max((k for k, answer in enumerate(answers) if (answer or k) == strongest), key=lambda k: odds[k])
