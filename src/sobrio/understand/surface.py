"""Surface features: what can be counted in a prompt of any language."""

from __future__ import annotations

import math
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


def _sign_table() -> NDArray[np.float64]:
    table = np.zeros((256, len(_SIGNS)))
    for place, (_, signs) in enumerate(_SIGNS):
        table[[ord(sign) for sign in signs], place] = 1.0
    return table


def _byte_set(members: str) -> NDArray[np.bool_]:
    found = np.zeros(256, bool)
    found[[ord(each) for each in members]] = True
    return found


_TABLE: Final = _sign_table()
_IS_DIGIT: Final = _byte_set("0123456789")
_IS_OPTION: Final = _byte_set("ABCDEFGHIJ(")
_ENDS_LABEL: Final = _byte_set(").:")
_IS_BULLET: Final = _byte_set("-*0123456789")
_IS_BLANK: Final = _byte_set(" \t")


def surface(reading: Reading) -> NDArray[np.float32]:
    """Logarithms of counts, and shares; shape (len(NAMES),), each about 0 to 5."""
    codes = reading.spans.codes
    signs = np.bincount(codes, minlength=256) @ _TABLE
    lengths = reading.spans.ends - reading.spans.starts
    words = lengths[lengths > 1]
    letters, size = int(words.sum()), max(len(codes), 1)
    counts = np.concatenate([_structure(codes, words), signs, np.minimum(reading.concepts, _CONCEPTS_KEPT)])
    shape = [
        math.log1p(len(reading.text)) / 2,
        math.exp(-len(lengths) / 8),
        letters / max(len(words), 1) / 5,
        4 * signs[_DIGITS] / size,
        2 * (1 - letters / size),
    ]
    return np.concatenate([shape, np.log1p(counts)]).astype(np.float32)


def _structure(codes: NDArray[np.uint8], words: NDArray[np.intp]) -> NDArray[np.float64]:
    """Numbers, long words, lettered options, list items, indented lines."""
    digit = _IS_DIGIT[codes]
    numbers = np.count_nonzero(digit[1:] > digit[:-1]) + int(digit[:1].any())
    lines = (codes[:-2] == ord("\n")).nonzero()[0] + 1
    first, second = codes[lines], codes[lines + 1]
    return np.array(
        [
            numbers,
            np.count_nonzero(words >= _LONG_WORD),
            np.count_nonzero(_IS_OPTION[first] & (_ENDS_LABEL[second] | (first == ord("(")))),
            np.count_nonzero(_IS_BULLET[first] & ~_IS_OPTION[second]),
            np.count_nonzero(_IS_BLANK[first]),
        ],
        np.float64,
    )
