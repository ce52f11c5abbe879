"""How far the words of one question are found in the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.same.reading import Reading

Floats = NDArray[np.float64]

_FROM_THERE: Final = frozenset(("n", "an", "ian", "en", "ien", "ese", "ish", "s", "er"))
SENSE: Final = 0.95
"""Likeness of two words of one meaning."""


@dataclass(frozen=True, slots=True)
class Words:
    """Weights of words by stem (1 = rare) and their unit vectors."""

    weights: Mapping[str, float]
    vectors: Callable[[tuple[str, ...]], NDArray[np.float32]]


def likeness(a: Reading, b: Reading, words: Words) -> Floats:
    """Of each content word of a to each of b: 1 the same, near it one meaning, 0 opposite or exclusive."""
    found: Floats = (_vectors(a, words) @ _vectors(b, words).T).astype(float).clip(0.0, 0.95)
    for i, one in enumerate(a.stems):
        for j, other in enumerate(b.stems):
            if one == other or kin(one, other, named=one in a.names and other in b.names):
                found[i, j] = 1.0
            elif a.senses[i] and b.senses[j] and a.senses[i] & b.senses[j]:
                found[i, j] = max(found[i, j], SENSE)
    return found


def _vectors(reading: Reading, words: Words) -> NDArray[np.float32]:
    return words.vectors(tuple(reading.words[place] for place in reading.content))


@lru_cache(maxsize=100_000)
def kin(one: str, other: str, *, named: bool) -> bool:
    """One stem is the beginning of the other; of two names, with an ending for those who are from there."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 4 or not longer.startswith(shorter):
        return False
    ending = longer[len(shorter) :]
    return ending in _FROM_THERE if named else len(ending) <= 3


def coverage(
    likeness: Floats, left: Floats, right: Floats, a: Reading, b: Reading, words: Words
) -> list[float]:
    if not len(left) or not len(right):
        same = float(len(left) == len(right))
        return [same, same, same, same, same, 1 - same, 1 - same, 1 - same, 1 - same, 0.0]
    best_left, best_right = likeness.max(axis=1), likeness.max(axis=0)
    covered = (best_left @ left / left.sum(), best_right @ right / right.sum())
    exact_left, exact_right = best_left >= SENSE, best_right >= SENSE
    shared = (exact_left @ left + exact_right @ right) / (left.sum() + right.sum())
    rare = max(float((exact_left * left).max()), float((exact_right * right).max()))
    gaps_left, gaps_right = left * (1 - best_left), right * (1 - best_right)
    gap = (float(gaps_left.max()), float(gaps_right.max()))
    missing = (float(gaps_left.sum()), float(gaps_right.sum()))
    alike = float(likeness[gaps_left.argmax(), gaps_right.argmax()]) if min(gap) > 0.1 else 1.0
    average = _average(a, b, left, right, words)
    return [
        average,
        min(covered),
        max(covered),
        float(shared),
        rare,
        min(gap),
        max(gap),
        min(missing),
        max(missing),
        alike,
    ]


def _average(a: Reading, b: Reading, left: Floats, right: Floats, words: Words) -> float:
    one, other = left @ _vectors(a, words), right @ _vectors(b, words)
    length = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / length if length else 0.0


def spelling(a: Reading, b: Reading) -> float:
    """Dice's coefficient of runs of four characters."""
    one, other = _runs(a.words), _runs(b.words)
    return 2 * len(one & other) / max(len(one) + len(other), 1)


@lru_cache(maxsize=20_000)
def _runs(words: tuple[str, ...]) -> frozenset[str]:
    text = f" {' '.join(words)} "
    return frozenset(text[place : place + 4] for place in range(len(text) - 3))


def lengths(a: Reading, b: Reading) -> tuple[float, float]:
    short, long = sorted((len(a.content), len(b.content)))
    return (short + 1) / (long + 1), min(short, 10) / 10


def edges(likeness: Floats) -> tuple[float, float]:
    """How well the first and the last content words are met."""
    if not likeness.size:
        return 0.0, 0.0
    first = min(likeness[0].max(), likeness[:, 0].max())
    last = min(likeness[-1].max(), likeness[:, -1].max())
    return float(first), float(last)


def weights(reading: Reading, words: Words) -> Floats:
    return np.array([words.weights.get(stem, 1.0) for stem in reading.stems])
