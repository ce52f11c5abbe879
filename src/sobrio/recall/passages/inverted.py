"""BM25 on an inverted index of flat arrays: one slice and one addition per term of a question.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_K1: Final = 1.2
_B: Final = 0.75

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Inverted:
    """Term t's passages are `places[starts[t]:starts[t + 1]]`, and `weights` what each gains from it."""

    vocabulary: dict[str, int]
    starts: NDArray[np.int64]
    places: NDArray[np.int32]
    weights: NDArray[np.float32]
    size: int

    def scores(self, terms: Iterable[str]) -> Scores:
        """BM25 of every passage, shape (size,); each distinct term counts once."""
        total = np.zeros(self.size, np.float32)
        for term in set(terms) & self.vocabulary.keys():
            number = self.vocabulary[term]
            here = slice(self.starts[number], self.starts[number + 1])
            total[self.places[here]] += self.weights[here]
        return total


def invert(bags: Sequence[Sequence[str]]) -> Inverted:
    """One bag of terms per passage, in the order of the passages."""
    vocabulary: dict[str, int] = {}
    terms, counts, kinds = list[int](), list[int](), list[int]()
    for bag in bags:
        counted = Counter(bag)
        terms += [vocabulary.setdefault(term, len(vocabulary)) for term in counted]
        counts += counted.values()
        kinds.append(len(counted))
    order, starts = _by_term(np.array(terms, np.int64), len(vocabulary))
    places = np.repeat(np.arange(len(bags), dtype=np.int32), kinds)[order]
    lengths = np.array([len(bag) for bag in bags], np.float64)
    weights = _weights(np.array(counts, np.float64)[order], places, lengths, np.diff(starts))
    return Inverted(vocabulary, starts, places, weights, len(bags))


def _by_term(terms: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The stable order by term, and where each term's run begins, shape (size + 1,)."""
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(terms, minlength=size), out=starts[1:])
    return np.argsort(terms, kind="stable"), starts


def _weights(
    counts: NDArray[np.float64],
    places: NDArray[np.int32],
    lengths: NDArray[np.float64],
    spread: NDArray[np.int64],
) -> NDArray[np.float32]:
    """`spread`: in how many passages each term occurs."""
    rarity = np.log1p((len(lengths) - spread + 0.5) / (spread + 0.5))
    relative = lengths / max(lengths.mean(), 1.0) if len(lengths) else lengths
    damped = counts * (_K1 + 1) / (counts + _K1 * (1 - _B + _B * relative[places]))
    return (np.repeat(rarity, spread) * damped).astype(np.float32)
