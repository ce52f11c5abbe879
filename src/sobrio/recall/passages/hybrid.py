"""One scope's passages in memory: lexical and dense scores, fused, then made diverse.

Scores are fused after standardising them over the collection (a convex combination; Bruch, Gai and Ingber,
"An Analysis of Fusion Functions for Hybrid Retrieval", 2022): fusing ranks alone was measured to be worse
here, since it lets the weaker side speak as loudly as the stronger (`docs/passages.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.passages.inverted import Inverted, Scores, invert
from sobrio.recall.passages.lexemes import runs, with_stems, words_of
from sobrio.terms.ports import Encoder

RUNS: Final = 0.5
"""Weight of the runs of letters beside the words."""
DENSE: Final = 0.4
"""Weight of the dense scores beside the lexical ones."""
RELEVANCE: Final = 0.9
"""Weight of relevance against novelty in the order of the best (maximal marginal relevance)."""
_POOL: Final = 4
"""So many times the wanted passages compete for a place."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hybrid:
    """`ids` names the passages in the order of every array."""

    ids: tuple[str, ...]
    words: Inverted
    runs: Inverted
    vectors: Vectors
    """Rows of unit length, shape (passages, dimensions)."""
    encoder: Encoder

    def find(self, question: str, limit: int) -> list[str]:
        """Ids of the best passages, best first; nothing when no word of the question is anywhere."""
        words = words_of(question)
        lexical = self.words.scores(with_stems(words)) + RUNS * self.runs.scores(runs(words))
        if not lexical.any():
            return []
        dense = self.vectors @ self.encoder.encode([question])[0]
        fused = _standard(lexical) + DENSE * _standard(dense)
        best = _largest(fused, _POOL * limit)
        return [self.ids[place] for place in self._diverse(best, fused[best], limit)]

    def _diverse(self, places: NDArray[np.intp], scores: Scores, limit: int) -> list[int]:
        """Carbonell and Goldstein, "The Use of MMR" (1998); `places` come best first."""
        relevance = (scores - scores.min()) / max(float(np.ptp(scores)), 1e-9)
        likeness = self.vectors[places] @ self.vectors[places].T
        chosen = [0]
        while len(chosen) < min(limit, len(places)):
            novel = RELEVANCE * relevance - (1 - RELEVANCE) * likeness[:, chosen].max(axis=1)
            novel[chosen] = -np.inf
            chosen.append(int(novel.argmax()))
        return [int(places[each]) for each in chosen]


def build(ids: Sequence[str], texts: Sequence[str], vectors: Vectors, encoder: Encoder) -> Hybrid:
    bags = [words_of(text) for text in texts]
    return Hybrid(
        ids=tuple(ids),
        words=invert([with_stems(bag) for bag in bags]),
        runs=invert([runs(bag) for bag in bags]),
        vectors=vectors,
        encoder=encoder,
    )


def _standard(scores: Scores) -> Scores:
    standard: Scores = (scores - scores.mean()) / max(float(scores.std()), 1e-9)
    return standard


def _largest(scores: Scores, count: int) -> NDArray[np.intp]:
    best = np.argpartition(-scores, min(count, len(scores)) - 1)[:count]
    return best[np.argsort(-scores[best], kind="stable")]
