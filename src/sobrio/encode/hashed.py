"""Hashed words, word pairs and character n-grams: a vector without any trained weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.encode.spans import Hashes, Spans, spans_of

_PAIR: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_CHARS: Final = 4


class Sparse(msgspec.Struct, frozen=True, gc=False):
    """A vector of unit length by its non-zero places."""

    places: NDArray[np.intp]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HashedEncoder:
    """`dimensions` is a power of two; words and pairs fill its first half, characters the second."""

    dimensions: int = 4_096

    @property
    def fingerprint(self) -> str:
        return f"hashed-2-{self.dimensions}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions); an empty text is a row of zeros."""
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            sparse = self.encode_spans(spans_of(text))
            row[sparse.places] = sparse.values
        return rows

    def encode_spans(self, spans: Spans) -> Sparse:
        """The square root of each bucket's share of the n-grams (so cosines are Bhattacharyya's)."""
        half = self.dimensions // 2
        ngrams = _ngrams(spans)
        words = max(2 * len(spans.words) - 1, 0)
        characters = len(ngrams) - words
        buckets = _buckets(ngrams, half)
        buckets[words:] += half
        found = np.bincount(buckets, minlength=self.dimensions)
        places = (found != 0).nonzero()[0]
        shares = found[places].astype(np.float64)
        first = int(places.searchsorted(half))
        each = 0.5 if words and characters else 1.0
        shares[:first] *= each / max(words, 1)
        shares[first:] *= each / max(characters, 1)
        return Sparse(places, np.sqrt(shares).astype(np.float32))


def _ngrams(spans: Spans) -> Hashes:
    """Words, then word pairs, then runs of characters."""
    words = spans.words
    pairs = words[:-1] * _PAIR
    pairs += words[1:]
    return np.concatenate([words, pairs, spans.ngrams(_CHARS)])


def _buckets(hashes: Hashes, count: int) -> NDArray[np.intp]:
    """Changes `hashes`."""
    hashes ^= hashes >> np.uint64(31)
    hashes *= _MIX
    hashes >>= np.uint64(64 - (count.bit_length() - 1))
    return hashes.view(np.intp)
