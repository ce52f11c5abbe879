"""A text as bytes, its tokens, and the hash of any span of it from arithmetic alone.

Every span's hash comes from one prefix sum of a polynomial over the bytes, modulo 2**64: it is one
subtraction and one multiplication, so a whole text is hashed without a Python loop.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

MAX_BYTES: Final = 12_288
"""Longer texts are read by their beginning and their end, half and half: cost stays bounded."""

SPACE, LETTER, SIGN = 0, 1, 2

_BASE: Final = 0x9E3779B97F4A7C15
_accents = re.compile("[\u0300-\u036f]+")

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]


def _byte_classes() -> bytes:
    classes = bytearray([SIGN]) * 256
    for byte in (*range(33), 127):
        classes[byte] = SPACE
    for byte in (*range(128, 256), *b"0123456789_", *_CAPITALS, *_CAPITALS.lower()):
        classes[byte] = LETTER
    return bytes(classes)


def _byte_values(*, digits: bool) -> bytes:
    """All white space is one letter, all digits too unless told apart, and capitals are small letters.

    No value is zero, so that no run of bytes hashes like a shorter one; 255 occurs in no UTF-8.
    """
    values = bytearray(range(1, 256)) + b"\0"
    for byte, kind in enumerate(_CLASSES):
        if kind == SPACE:
            values[byte] = 1
    for byte in _CAPITALS:
        values[byte] = values[byte + ord("a") - ord("A")]
    if not digits:
        values[ord("0") : ord("9") + 1] = bytes([values[ord("0")]]) * 10
    return bytes(values)


def _powers(base: int) -> Hashes:
    factors = np.full(MAX_BYTES + 2, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


_CAPITALS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CLASSES: Final = _byte_classes()
_VALUES: Final = _byte_values(digits=False)
_EXACT_VALUES: Final = _byte_values(digits=True)
_UP: Final = _powers(_BASE)
_DOWN: Final = _powers(pow(_BASE, -1, 2**64))


class Spans(msgspec.Struct, frozen=True, gc=False):
    """`starts` and `ends` bound the tokens among the bytes of `raw`: runs of letters, and single signs."""

    raw: bytes
    starts: Places
    ends: Places
    prefix: Hashes
    words: Hashes
    """The hash of each token."""

    def hashes(self, starts: Places, ends: Places) -> Hashes:
        """One hash per span [start, end), the same wherever in a text the span stands."""
        return _hashes(self.prefix, starts, ends)

    def ngrams(self, size: int) -> Hashes:
        """The hash of every run of `size` bytes, shape (bytes - size + 1,)."""
        count = max(0, len(self.raw) - size + 1)
        return (self.prefix[size:] - self.prefix[:count]) * _DOWN[:count]

    def with_digits(self) -> Spans:
        """The same tokens with every digit a letter of its own; words keep their hashes."""
        if self.raw.translate(_EXACT_VALUES) == self.raw.translate(_VALUES):
            return self
        prefix = _prefix(self.raw, _EXACT_VALUES)
        return Spans(self.raw, self.starts, self.ends, prefix, _hashes(prefix, self.starts, self.ends))


def spans_of(text: str) -> Spans:
    """Accents are dropped: "theoreme" and "theorem" share their beginnings, as do many cognates."""
    raw = _folded(text)
    starts, ends = _tokens(raw)
    prefix = _prefix(raw, _VALUES)
    return Spans(raw, starts, ends, prefix, _hashes(prefix, starts, ends))


def _hashes(prefix: Hashes, starts: Places, ends: Places) -> Hashes:
    return (prefix[ends] - prefix[starts]) * _DOWN[starts]


def _prefix(raw: bytes, values: bytes) -> Hashes:
    prefix = np.zeros(len(raw) + 1, np.uint64)
    terms = prefix[1:]
    np.multiply(np.frombuffer(raw.translate(values), np.uint8), _UP[: len(raw)], out=terms)
    np.add.accumulate(terms, out=terms)
    return prefix


def _folded(text: str) -> bytes:
    if len(text) > MAX_BYTES:
        text = text[: MAX_BYTES // 2] + "\n" + text[-MAX_BYTES // 2 :]
    if not text.isascii():
        text = _accents.sub("", unicodedata.normalize("NFKD", text))
    raw = text.encode("utf-8", "replace")
    return raw if len(raw) <= MAX_BYTES else raw[: MAX_BYTES // 2] + raw[-MAX_BYTES // 2 :]


def _tokens(raw: bytes) -> tuple[Places, Places]:
    """A sign begins and ends anywhere; a letter begins behind what is none, and ends before it."""
    classes = np.frombuffer((b" %b " % raw).translate(_CLASSES), np.uint8)
    letters = (classes == LETTER).view(np.uint8)
    inner = classes[1:-1]
    return (inner > letters[:-2]).nonzero()[0], (inner > letters[2:]).nonzero()[0] + 1
