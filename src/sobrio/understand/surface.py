"""Surface features: what can be counted in a prompt of any language."""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.lexicon import CONCEPTS, concepts_in

_MAX_CHARS: Final = 3_000
_CONCEPTS_KEPT: Final = 4.0

_COUNTED: Final[tuple[tuple[str, str], ...]] = (
    ("numbers", r"\d+(?:[.,]\d+)?"),
    ("mathematical signs", r"[=<>+*/^√∫∑≤≥±]|\\[a-zA-Z]+"),
    ("formulas", r"\$[^$]+\$|\\\(|\\\["),
    ("lines", r"\n"),
    ("questions", r"\?"),
    ("quotes", r"[\"“«]"),
    ("code signs", r"[{}\[\]();_]"),
    ("options", r"(?m)^\s*\(?[A-J][).:]\s"),
    ("list items", r"(?m)^\s*(?:[-*•]|\d+[.)])\s"),
    ("long words", r"[^\W\d_]{10,}"),
    ("capitals", r"\b[A-ZÀ-Ý]{2,}\b"),
    ("blanks", r"_{2,}| _ "),
)
NAMES: Final = (
    "length",
    "few words",
    "mean word length",
    *(name for name, _ in _COUNTED),
    *(f"words of '{concept}'" for concept in CONCEPTS),
)

_patterns = tuple(re.compile(pattern) for _, pattern in _COUNTED)


def surface(text: str) -> NDArray[np.float32]:
    """Logarithms of counts, shape (len(NAMES),), each about 0 to 5."""
    sample = clip(text)
    words = sample.split()
    letters = sum(map(len, words))
    counts = [len(pattern.findall(sample)) for pattern in _patterns]
    concepts = [min(count, _CONCEPTS_KEPT) for count in concepts_in(sample)]
    return np.array(
        [
            math.log1p(len(text)) / 2,
            math.exp(-len(words) / 8),
            letters / max(len(words), 1) / 5,
            *(math.log1p(count) for count in counts),
            *(math.log1p(count) for count in concepts),
        ],
        np.float32,
    )


def clip(text: str, limit: int = _MAX_CHARS) -> str:
    """The beginning and the end of a long text: instructions stand there."""
    return text if len(text) <= limit else text[: limit // 2] + "\n" + text[-limit // 2 :]
