"""Surface features: what can be counted in a prompt of any language."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Spans
from sobrio.understand.reading import CONCEPTS, Reading

_CONCEPTS_KEPT: Final = 4
_LONG_WORD: Final = 10

_SIGNS: Final[tuple[tuple[str, str], ...]] = (
    ("digits", "0123456789"),
    ("mathematical signs", "=<>+*/^%|~"),
    ("backslashes", "\\"),
    ("dollar signs", "$"),
    ("lines", "\n"),
    ("questions", "?"),
    ("exclamations", "!"),
    ("quotes", "\"'`"),
    ("code signs", "{}[];_#@&"),
    ("round brackets", "()"),
    ("commas", ","),
    ("colons", ":"),
    ("hyphens", "-"),
    ("full stops", "."),
)
NAMES: Final = (
    "length",
    "brevity",
    "long words on average",
    "share of digits",
    "share of signs",
    "numbers",
    "long words",
    "options",
    "list items",
    "indented lines",
    *(name for name, _ in _SIGNS),
    *(f"words of '{concept}'" for concept in CONCEPTS),
)
_SHAPES: Final = 5
_DIGITS: Final = 1


def _byte_kinds(members: Iterable[str]) -> bytes:
    """For `bytes.translate`: of every byte, which of `members` holds it, from 1; 0 for all others."""
    kinds = bytearray(256)
    for kind, signs in enumerate(members, start=1):
        for sign in signs:
            kinds[ord(sign)] = kind
    return bytes(kinds)


_SIGN: Final = _byte_kinds(signs for _, signs in _SIGNS)
_NO_SIGN: Final = bytes(byte for byte, kind in enumerate(_SIGN) if not kind)
_DIGITS_ALONE: Final = bytes(byte if byte in b"0123456789" else ord(" ") for byte in range(256))
_LINE: Final = _byte_kinds(["\n", "ABCDEFGHIJ", "(", "-*0123456789", " \t", ").:"])
_BREAK, _LETTER, _BRACKET, _BULLET, _BLANK, _LABEL_END = (bytes([kind]) for kind in range(1, 7))
_LABELLED, _BRACKETED = _BREAK + _LETTER + _LABEL_END, _BREAK + _BRACKET
_BULLETED, _INDENTED = _BREAK + _BULLET, _BREAK + _BLANK


def surface(reading: Reading) -> NDArray[np.float32]:
    """Logarithms of counts, and shares; shape (len(NAMES),), each about 0 to 5."""
    raw, tokens = reading.spans.raw, len(reading.spans.starts)
    lengths, size = _lengths(reading.spans)
    single = int(np.count_nonzero(lengths == 1))
    letters, words = int(np.add.reduce(lengths)) - single, tokens - single
    kinds = np.frombuffer(raw.translate(_SIGN, _NO_SIGN), np.uint8)
    signs = np.bincount(kinds, minlength=len(_SIGNS) + 1).tolist()
    values = np.empty(len(NAMES), np.float32)
    values[:_SHAPES] = (
        math.log1p(len(reading.text)) / 2,
        math.exp(-tokens / 8),
        letters / max(words, 1) / 5,
        4 * signs[_DIGITS] / size,
        2 * (1 - letters / size),
    )
    long_words = int(np.count_nonzero(lengths >= _LONG_WORD))
    concepts = [each if each < _CONCEPTS_KEPT else _CONCEPTS_KEPT for each in reading.concepts]
    counts = [_numbers(raw), long_words, *_lines(raw), *signs[1:], *concepts]
    values[_SHAPES:] = np.log1p(np.array(counts, np.float64))
    return values


def _lengths(spans: Spans) -> tuple[NDArray[np.intp], int]:
    """Of every token and of the whole, in characters."""
    lengths = spans.ends - spans.starts
    if spans.raw.isascii():
        return lengths, max(len(spans.raw), 1)
    continuing = (np.frombuffer(spans.raw, np.uint8) & 0xC0) == 0x80
    before = np.append(0, np.cumsum(continuing))
    return lengths - before.take(spans.ends) + before.take(spans.starts), len(spans.raw) - int(before[-1])


def _numbers(raw: bytes) -> int:
    """Runs of digits: the words that are left where all else is blank."""
    return len(raw.translate(_DIGITS_ALONE).split())


def _lines(raw: bytes) -> tuple[int, int, int]:
    """Lettered options, list items, indented lines: by the two bytes behind each line break."""
    if b"\n" not in raw:
        return 0, 0, 0
    lines = raw.translate(_LINE)
    heads = lines[:-1]
    options = lines.count(_LABELLED) + heads.count(_BRACKETED)
    items = heads.count(_BULLETED) - lines.count(_BULLETED + _LETTER) - lines.count(_BULLETED + _BRACKET)
    return options, items, heads.count(_INDENTED)
