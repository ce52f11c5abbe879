"""Trained word vectors, summed: a dense vector of several languages for the price of a look-up.

Which teacher the vectors were distilled from, on which texts and how well: `docs/encoders.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode.spans import Hashes, Places, Spans, spans_of

DEFAULT_FILE: Final = Path(__file__).with_name("data") / "static.npz"
PIECE_BYTES: Final = 4
"""A word nobody taught is the mean of its runs of so many bytes."""

_LOW: Final = np.uint8(15)
_MIDDLE: Final = np.float32(7.5)
_WIDEST: Final = 2.8
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class StaticEncoder:
    """One row of `halves` per known word, then one per bucket of pieces."""

    fingerprint: str
    words: Hashes
    """Ascending, shape (words,)."""
    halves: NDArray[np.uint8]
    """Four bits a number, shape (words + buckets, dimensions / 2): the low bits are a vector's first half,
    the high bits its second. The number of buckets is a power of two."""
    steps: NDArray[np.float32]
    """What one step of a row's numbers is worth, shape (words + buckets,)."""

    @classmethod
    def load(cls, file: Path = DEFAULT_FILE) -> StaticEncoder:
        with np.load(file, allow_pickle=False) as arrays:
            words, halves, steps = arrays["words"], arrays["halves"], arrays["steps"]
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        return cls(f"static-1-{digest}", words, halves, steps.astype(np.float32))

    @property
    def dimensions(self) -> int:
        return int(2 * self.halves.shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions); an empty text is a row of zeros."""
        rows = [self.encode_spans(spans_of(text)) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.dimensions)

    def encode_spans(self, spans: Spans) -> NDArray[np.float32]:
        """`encode` of one text whose tokens are at hand, shape (dimensions,)."""
        rows, shares = rows_of(spans, self.words, len(self.halves) - len(self.words))
        worth = shares * self.steps[rows]
        found = self.halves.take(rows, axis=0)
        total = np.concatenate(
            [worth @ (found & _LOW).astype(np.float32), worth @ (found >> 4).astype(np.float32)]
        )
        total -= _MIDDLE * worth.sum()
        return np.asarray(total / max(float(np.sqrt(total @ total)), 1e-9), np.float32)


@cache
def static_encoder() -> StaticEncoder:
    """The shipped one, for likeness of meaning in English, French, German and Spanish; read once."""
    return StaticEncoder.load()


def save(words: Hashes, table: NDArray[np.float32], out: Path) -> None:
    """Write `table`, shape (words + buckets, dimensions), as `StaticEncoder.load` reads it.

    Each row has its own step; what lies beyond 2.8 standard deviations is cut, which costs a sum of words
    less than coarser steps would.
    """
    steps = (table.std(axis=1) * (_WIDEST / _MIDDLE)).astype(np.float16)
    divisors = np.maximum(steps, np.finfo(np.float16).tiny).astype(np.float32)
    levels = np.clip(np.floor(table / divisors[:, None]) + _MIDDLE + 0.5, 0, _LOW).astype(np.uint8)
    half = table.shape[1] // 2
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(out, words=words, halves=levels[:, :half] | (levels[:, half:] << 4), steps=steps)


def rows_of(spans: Spans, words: Hashes, buckets: int) -> tuple[Places, NDArray[np.float32]]:
    """(rows of the table, how much of each): a known word is one row, an unknown one its pieces' mean."""
    exact = spans.with_digits()
    places = np.minimum(np.searchsorted(words, exact.words), len(words) - 1)
    known = words[places] == exact.words
    pieces, shares = _pieces(exact, exact.starts[~known], exact.ends[~known], buckets)
    rows = np.concatenate([places[known], len(words) + pieces])
    return rows, np.concatenate([np.ones(len(rows) - len(shares), np.float32), shares])


def _pieces(spans: Spans, starts: Places, ends: Places, buckets: int) -> tuple[Places, NDArray[np.float32]]:
    """(buckets, shares) of every run of bytes of the given tokens; a short token is one piece."""
    counts = np.maximum(ends - starts - PIECE_BYTES + 1, 1)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    first = np.repeat(starts, counts) + within
    hashes = spans.hashes(first, np.minimum(first + PIECE_BYTES, np.repeat(ends, counts)))
    shift = np.uint64(64 - (buckets.bit_length() - 1))
    places = (((hashes ^ (hashes >> np.uint64(31))) * _MIX) >> shift).view(np.intp)
    return places, np.repeat((1.0 / counts).astype(np.float32), counts)
