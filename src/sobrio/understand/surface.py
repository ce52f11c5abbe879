"""Surface features: what can be counted in a prompt of any language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.reading import CONCEPTS, Reading

_CONCEPTS_KEPT: Final = 4.0
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
_DIGITS: Final = 0
_NEWLINE: Final = ord("\n")
_SHAPES: Final = 5
_STRUCTURES: Final = 5
_LETTER, _BRACKET, _BULLET, _BLANK = 1, 2, 3, 4
"""What a line may begin with."""
_LABEL_END, _LETTER_OR_BRACKET = 1, 2
"""What may stand second."""
_COUNTED: Final = _SHAPES + _STRUCTURES + len(_SIGNS)


def _sign_table() -> NDArray[np.float64]:
    table = np.zeros((128, len(_SIGNS)))
    for place, (_, signs) in enumerate(_SIGNS):
        table[[ord(sign) for sign in signs], place] = 1.0
    return table


def _byte_kinds(kinds: Mapping[int, str]) -> NDArray[np.uint8]:
    """The kind of every byte, 0 for all others."""
    found = np.zeros(256, np.uint8)
    for kind, members in kinds.items():
        found[[ord(each) for each in members]] = kind
    return found


def _line_table() -> NDArray[np.float64]:
    """By the kinds of a line's first two bytes: is it a lettered option, a list item, indented?"""
    table = np.zeros((5, 3, 3))
    table[_LETTER, _LABEL_END, 0] = table[_BRACKET, :, 0] = 1.0
    table[_BULLET, :, 1] = 1.0
    table[_BULLET, _LETTER_OR_BRACKET, 1] = 0.0
    table[_BLANK, :, 2] = 1.0
    return table


_TABLE: Final = _sign_table()
_FIRST: Final = _byte_kinds({_LETTER: "ABCDEFGHIJ", _BRACKET: "(", _BULLET: "-*0123456789", _BLANK: " \t"})
_SECOND: Final = _byte_kinds({_LABEL_END: ").:", _LETTER_OR_BRACKET: "ABCDEFGHIJ("})
_LINES: Final = _line_table()
_IS_DIGIT: Final = _byte_kinds({1: "0123456789"})


def surface(reading: Reading) -> NDArray[np.float32]:
    """Logarithms of counts, and shares; shape (len(NAMES),), each about 0 to 5."""
    codes = reading.spans.codes
    signs = np.bincount(codes, minlength=256)[:128] @ _TABLE
    lengths = reading.spans.ends - reading.spans.starts
    words = lengths[lengths > 1]
    letters, size = int(words.sum()), max(len(codes), 1)
    values = np.empty(len(NAMES))
    _structure(codes, words, values[_SHAPES : _SHAPES + _STRUCTURES])
    values[_SHAPES + _STRUCTURES : _COUNTED] = signs
    np.minimum(reading.concepts, _CONCEPTS_KEPT, out=values[_COUNTED:])
    np.log1p(values[_SHAPES:], out=values[_SHAPES:])
    values[:_SHAPES] = (
        math.log1p(len(reading.text)) / 2,
        math.exp(-len(lengths) / 8),
        letters / max(len(words), 1) / 5,
        4 * signs[_DIGITS] / size,
        2 * (1 - letters / size),
    )
    return values.astype(np.float32)


def _structure(codes: NDArray[np.uint8], words: NDArray[np.intp], out: NDArray[np.float64]) -> None:
    """Numbers, long words, lettered options, list items, indented lines."""
    digit = _IS_DIGIT.take(codes)
    out[0] = np.count_nonzero(digit[1:] > digit[:-1]) + int(digit[:1].any())
    out[1] = np.count_nonzero(words >= _LONG_WORD)
    lines = (codes[:-2] == _NEWLINE).nonzero()[0] + 1
    _LINES[_FIRST.take(codes.take(lines)), _SECOND.take(codes.take(lines + 1))].sum(axis=0, out=out[2:])
