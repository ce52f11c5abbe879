"""The vectors of one context, searched in memory.

An entry takes its bytes plus one bit per dimension. A search counts the differing signs of all entries
(100,000 in about a millisecond), and computes exact cosines for the few that differ least.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.vector import Bytes, cosines, rows_of

_SHORTLIST: Final = 64
"""So many entries with the fewest differing signs, and whatever ties with the last of them."""
_WORD_BITS: Final = 64

Words = NDArray[np.uint64]


class Index:
    """Entries are known by ascending numbers. Nothing here is the truth: it can be thrown away."""

    def __init__(self, dimensions: int) -> None:
        self._size = 0
        self._numbers = np.empty(0, np.int64)
        self._expiries = np.empty(0)
        self._rows: Bytes = np.empty((0, dimensions), np.int8)
        self._signs: Words = np.empty((-(-dimensions // _WORD_BITS), 0), np.uint64)

    def __len__(self) -> int:
        return self._size

    @property
    def nbytes(self) -> int:
        return self._numbers.nbytes + self._expiries.nbytes + self._rows.nbytes + self._signs.nbytes

    def add(self, numbers: Sequence[int], expiries: Sequence[float], vectors: Sequence[bytes]) -> None:
        """`numbers` ascend, and are above those already here."""
        rows = rows_of(vectors)
        end = self._size + len(rows)
        self._reserve(end)
        place = slice(self._size, end)
        self._numbers[place], self._expiries[place], self._rows[place] = numbers, expiries, rows
        self._signs[:, place] = _signs(rows)
        self._size = end

    def nearest(self, vector: bytes, *, limit: int, floor: float, now: float) -> list[tuple[int, float]]:
        """(number, cosine), nearest first, of entries that have not expired."""
        wanted = np.frombuffer(vector, np.int8)
        places = self._alike(wanted)
        places = places[self._expiries[places] > now]
        likeness = cosines(self._rows[places], wanted)
        best = np.argsort(-likeness, kind="stable")[:limit]
        return [
            (int(self._numbers[place]), float(cosine))
            for place, cosine in zip(places[best], likeness[best], strict=True)
            if cosine >= floor
        ]

    def keep(self, numbers: Iterable[int], now: float) -> None:
        """Forgets every entry that has expired or is not among `numbers`."""
        alive = np.isin(self._numbers[: self._size], np.fromiter(numbers, np.int64))
        self._only(alive & (self._expiries[: self._size] > now))

    def forget(self, numbers: Sequence[int]) -> None:
        self._only(~np.isin(self._numbers[: self._size], numbers))

    def _alike(self, wanted: Bytes) -> NDArray[np.intp]:
        """Places of the shortlist, in order of entry."""
        if self._size <= _SHORTLIST:
            return np.arange(self._size)
        differing = np.zeros(self._size, np.uint16)
        for word, mine in zip(self._signs, _signs(wanted[None, :]), strict=True):
            differing += np.bitwise_count(word[: self._size] ^ mine[0])
        counts = np.bincount(differing).cumsum()
        return np.flatnonzero(differing <= np.searchsorted(counts, _SHORTLIST))

    def _reserve(self, size: int) -> None:
        if size <= len(self._numbers):
            return
        extra = max(size, len(self._numbers) + len(self._numbers) // 2) - len(self._numbers)
        self._numbers = np.pad(self._numbers, (0, extra))
        self._expiries = np.pad(self._expiries, (0, extra))
        self._rows = np.pad(self._rows, ((0, extra), (0, 0)))
        self._signs = np.pad(self._signs, ((0, 0), (0, extra)))

    def _only(self, alive: NDArray[np.bool_]) -> None:
        kept = np.flatnonzero(alive)
        self._size = len(kept)
        self._numbers, self._expiries = self._numbers[kept], self._expiries[kept]
        self._rows, self._signs = self._rows[kept], np.ascontiguousarray(self._signs[:, kept])


def _signs(rows: Bytes) -> Words:
    """One bit per dimension, transposed: shape (words, len(rows))."""
    packed = np.packbits(rows > 0, axis=1)
    short = -packed.shape[1] % 8
    padded = np.pad(packed, ((0, 0), (0, short))) if short else packed
    return np.ascontiguousarray(padded.view(np.uint64).T)
