"""How far a text is one that training could know: made of words, and not of the same few again and again."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Spans
from sobrio.understand.reading import Reading
from sobrio.understand.words import vocabulary

_USUAL_SHARE: Final = 0.3
"""Of its words that are usual English ones: 99 of 100 training prompts have as many."""
_USUAL_WEALTH: Final = 0.5
"""Distinct tokens over tokens to the power below: as many as nearly every training prompt has."""
_HEAPS: Final = 0.75
"""By which exponent distinct tokens grow with the length of a text (Heaps' law)."""
_USUALLY_KEPT: Final = 0.1
"""Of a text, once a word said over and over is read once: less, and there is nothing else in it."""
_SAMPLE: Final = 512
"""About so many tokens are looked at, evenly spread."""
_LEAST_BYTES: Final = 2
"""Of a word: variables and units are letters by themselves."""


def legible(reading: Reading) -> float:
    """From 0 (random letters, a script never seen, one word over and over) to 1."""
    spans = reading.spans
    if not len(spans.words):
        return 0.0
    sample = slice(None, None, 1 + len(spans.words) // _SAMPLE)
    tokens, words = spans.words[sample], _words(spans, sample)
    wealth = len(set(tokens.tolist())) / len(tokens) ** _HEAPS
    parts = _usual_share(words) / _USUAL_SHARE, wealth / _USUAL_WEALTH, reading.kept / _USUALLY_KEPT
    return math.prod(min(part, 1.0) for part in parts)


def _words(spans: Spans, sample: slice) -> NDArray[np.uint64]:
    starts = spans.starts[sample]
    begins = _BEGINS.take(np.frombuffer(spans.raw, np.uint8).take(starts))
    begins &= spans.ends[sample] - starts >= _LEAST_BYTES
    return spans.words[sample].compress(begins)


def _usual_share(words: NDArray[np.uint64]) -> float:
    """Nothing speaks against a sum of two numbers."""
    known = _english()
    found = known.take(known.searchsorted(words), mode="clip") == words
    return int(np.count_nonzero(found)) / len(words) if len(words) else 1.0


@cache
def _english() -> NDArray[np.uint64]:
    """Hashes of the usual words, ascending."""
    languages = vocabulary().languages
    usual: NDArray[np.bool_] = languages.votes[:, languages.names.index("en")] > 0.0
    return languages.hashes[:-1].compress(usual)


_BEGINS: Final = np.array([byte > 127 or chr(byte).isalpha() for byte in range(256)])
"""By byte, whether a word begins with it: ASCII letters, and all beyond ASCII."""
