"""A text as bytes, its tokens, and the hash of any span of it from arithmetic alone.

Every span's hash comes from one prefix sum of a polynomial over the bytes, modulo 2**64: it is one
subtraction and one multiplication, so a whole text is hashed without a Python loop.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_BYTES: Final = 12_288
"""Longer texts are read by their beginning and their end, half and half: cost stays bounded."""

SPACE, LETTER, SIGN = 0, 1, 2

_BASE: Final = 0x9E3779B97F4A7C15
_accents = re.compile("[\u0300-\u036f]+")

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]


def _byte_classes() -> NDArray[np.uint8]:
    classes = np.full(256, SIGN, np.uint8)
    classes[[*range(33), 127]] = SPACE
    classes[128:] = LETTER
    for first, last in ("09", "AZ", "az", "__"):
        classes[ord(first) : ord(last) + 1] = LETTER
    return classes


def _byte_values(*, digits: bool) -> Hashes:
    """All white space is one letter, all digits too unless told apart, and capitals are small letters."""
    values = np.arange(1, 257, dtype=np.uint64)
    values[_CLASSES == SPACE] = 1
    values[ord("A") : ord("Z") + 1] = values[ord("a") : ord("z") + 1]
    if not digits:
        values[_DIGITS] = values[ord("0")]
    return values


def _powers(base: int) -> Hashes:
    factors = np.full(MAX_BYTES + 2, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


_DIGITS: Final = slice(ord("0"), ord("9") + 1)
_CLASSES: Final = _byte_classes()
_IS_DIGIT: Final = np.isin(np.arange(256), np.arange(256)[_DIGITS])
_VALUES: Final = _byte_values(digits=False)
_EXACT_VALUES: Final = _byte_values(digits=True)
_UP: Final = _powers(_BASE)
_DOWN: Final = _powers(pow(_BASE, -1, 2**64))


@dataclass(frozen=True, slots=True)
class Spans:
    """`codes` are the bytes, `starts` and `ends` bound the tokens: runs of letters, and single signs."""

    codes: NDArray[np.uint8]
    starts: Places
    ends: Places
    prefix: Hashes

    def hashes(self, starts: Places, ends: Places) -> Hashes:
        """One hash per span [start, end), the same wherever in a text the span stands."""
        return (self.prefix[ends] - self.prefix[starts]) * _DOWN[starts]

    def ngrams(self, size: int) -> Hashes:
        """The hash of every run of `size` bytes, shape (bytes - size + 1,)."""
        count = max(0, len(self.codes) - size + 1)
        return (self.prefix[size:] - self.prefix[:count]) * _DOWN[:count]

    def with_digits(self) -> Spans:
        """The same tokens with every digit a letter of its own; words keep their hashes."""
        if not _IS_DIGIT[self.codes].any():
            return self
        return replace(self, prefix=_prefix(self.codes, _EXACT_VALUES))


def spans_of(text: str) -> Spans:
    """Accents are dropped: "theoreme" and "theorem" share their beginnings, as do many cognates."""
    codes = np.frombuffer(_folded(text), np.uint8)
    starts, ends = _tokens(_CLASSES[codes])
    return Spans(codes, starts, ends, _prefix(codes, _VALUES))


def _prefix(codes: NDArray[np.uint8], values: Hashes) -> Hashes:
    prefix = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(values[codes] * _UP[: len(codes)], out=prefix[1:])
    return prefix


def _folded(text: str) -> bytes:
    if len(text) > MAX_BYTES:
        text = text[: MAX_BYTES // 2] + "\n" + text[-MAX_BYTES // 2 :]
    if not text.isascii():
        text = _accents.sub("", unicodedata.normalize("NFKD", text))
    raw = text.encode("utf-8", "replace")
    return raw if len(raw) <= MAX_BYTES else raw[: MAX_BYTES // 2] + raw[-MAX_BYTES // 2 :]


def _tokens(classes: NDArray[np.uint8]) -> tuple[Places, Places]:
    changes = np.ones(len(classes) + 1, bool)
    changes[1:-1] = (classes[1:] != classes[:-1]) | (classes[1:] == SIGN)
    edges = changes.nonzero()[0]
    starts = edges[:-1]
    kept = (classes[starts] != SPACE).nonzero()[0]
    return starts[kept], edges[1:][kept]
