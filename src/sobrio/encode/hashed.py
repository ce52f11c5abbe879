"""Hashed words, word pairs and character n-grams: a vector from arithmetic alone.

Every n-gram's hash comes from one prefix sum of a polynomial over the bytes, modulo 2**64: the hash of
any span is then one subtraction and one multiplication, so a whole text is hashed without a Python loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_BYTES: Final = 12_288
"""Longer texts are hashed by their beginning and their end, half and half: cost stays bounded."""

_BASE: Final = 0x9E3779B97F4A7C15
_PAIR: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_CHARS: Final = 4
_SPACE, _LETTER, _SIGN = 0, 1, 2

_Hashes = NDArray[np.uint64]


def _byte_classes() -> NDArray[np.uint8]:
    classes = np.full(256, _SIGN, np.uint8)
    classes[[*range(33), 127]] = _SPACE
    classes[128:] = _LETTER
    for first, last in ("09", "AZ", "az", "__"):
        classes[ord(first) : ord(last) + 1] = _LETTER
    return classes


def _byte_values() -> NDArray[np.uint64]:
    """Digits are one letter and white space is one letter: numbers differ, tasks do not."""
    values = np.arange(1, 257, dtype=np.uint64)
    values[_CLASSES == _SPACE] = 1
    values[ord("0") : ord("9") + 1] = values[ord("0")]
    return values


def _powers(base: int) -> _Hashes:
    factors = np.full(MAX_BYTES + 2, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


_CLASSES: Final = _byte_classes()
_VALUES: Final = _byte_values()
_UP: Final = _powers(_BASE)
_DOWN: Final = _powers(pow(_BASE, -1, 2**64))


@dataclass(frozen=True, slots=True)
class HashedEncoder:
    """`dimensions` is a power of two; words and pairs fill its first half, characters the second."""

    dimensions: int = 16_384

    @property
    def fingerprint(self) -> str:
        return f"hashed-1-{self.dimensions}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of unit length, shape (len(texts), dimensions); an empty text is a row of zeros."""
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self.encode_one(text)
        return rows

    def encode_one(self, text: str) -> NDArray[np.float32]:
        """One row, shape (dimensions,)."""
        words, characters = _hashes(_clipped(text))
        half = self.dimensions // 2
        row = np.concatenate([_unit_counts(words, half), _unit_counts(characters, half)])
        row *= np.float32(np.sqrt(0.5))
        return row


def _clipped(text: str) -> bytes:
    if len(text) > MAX_BYTES:
        text = text[: MAX_BYTES // 2] + " " + text[-MAX_BYTES // 2 :]
    raw = text.lower().encode("utf-8", "replace")
    if len(raw) <= MAX_BYTES:
        return raw
    return raw[: MAX_BYTES // 2] + raw[-MAX_BYTES // 2 :]


def _hashes(raw: bytes) -> tuple[_Hashes, _Hashes]:
    """(words and word pairs, character n-grams)."""
    codes = np.frombuffer(raw, np.uint8)
    prefix = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(_VALUES[codes] * _UP[: len(codes)], out=prefix[1:])
    words = _spans(prefix, *_tokens(_CLASSES[codes]))
    pairs = words[:-1] * _PAIR + words[1:]
    starts = np.arange(max(0, len(codes) - _CHARS + 1))
    return np.concatenate([words, pairs]), _spans(prefix, starts, starts + _CHARS)


def _tokens(classes: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(starts, ends) of words (runs of letters) and of single signs."""
    changes = np.ones(len(classes) + 1, bool)
    changes[1:-1] = (classes[1:] != classes[:-1]) | (classes[1:] == _SIGN)
    edges = np.flatnonzero(changes)
    starts, ends = edges[:-1], edges[1:]
    kept = classes[starts] != _SPACE
    return starts[kept], ends[kept]


def _spans(prefix: _Hashes, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> _Hashes:
    return (prefix[ends] - prefix[starts]) * _DOWN[starts]


def _unit_counts(hashes: _Hashes, buckets: int) -> NDArray[np.float32]:
    """Square roots of the counts per bucket, as a vector of unit length."""
    shift = np.uint64(64 - (buckets.bit_length() - 1))
    places = ((hashes ^ (hashes >> np.uint64(31))) * _MIX) >> shift
    counts = np.bincount(places.astype(np.intp), minlength=buckets).astype(np.float32)
    total = max(float(counts.sum()), 1.0)
    counts /= np.float32(total)
    return np.sqrt(counts, out=counts)
