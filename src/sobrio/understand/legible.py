"""How far a text is one that training could know: made of words, and not of the same few again and again."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Spans
from sobrio.understand.reading import Reading
from sobrio.understand.words import bytes_among, vocabulary

_USUAL_SHARE: Final = 0.3
"""Of its words that are usual English ones: 99 of 100 training prompts have as many."""
_DOUBT: Final = 5.0
"""So many words more are granted, usual so far as a text's letters are: a few strange ones say little."""
_USUAL_WEALTH: Final = 0.5
"""Distinct tokens over tokens to the power below: as many as nearly every training prompt has."""
_HEAPS: Final = 0.75
"""By which exponent distinct tokens grow with the length of a text (Heaps' law)."""
_USUALLY_KEPT: Final = 0.1
"""Of a text, once a word said over and over is read once: less, and there is nothing else in it."""
_SAMPLE: Final = 128
"""About so many tokens are looked at, evenly spread."""
_LEAST_BYTES: Final = 2
"""Of a word: variables and units are letters by themselves."""
_LONGEST_NAME: Final = 16
"""Bytes; what is longer is rather an encoding."""
_EMPTY: Final = "there is no word in it"
_STRANGE: Final = "hardly any word in it is a usual one"
_REPEATED: Final = "it says the same again and again"


def legible(reading: Reading) -> float:
    """From 0 (random letters, a script never seen, one word over and over) to 1."""
    if not len(reading.spans.words):
        return 0.0
    return _usual(reading.spans) * _varied(reading)


def hindrance(reading: Reading) -> str:
    """Why a text is not `legible`, in words."""
    if not len(reading.spans.words):
        return _EMPTY
    if _usual(reading.spans) < _varied(reading):
        return _STRANGE
    return _REPEATED if _begins(reading.spans).any() else _EMPTY


def _varied(reading: Reading) -> float:
    """Rows of a table differ by their numbers; numbers alone, whatever they are, say nothing."""
    spans = reading.spans
    wealth = _wealth(spans)
    if wealth < 1.0 and _begins(spans).any():
        wealth = _wealth(spans.with_digits())
    return wealth * min(reading.kept / _USUALLY_KEPT, 1.0)


def _wealth(spans: Spans) -> float:
    tokens = spans.words[_sampled(spans)]
    return min(len(set(tokens.tolist())) / math.pow(len(tokens), _HEAPS) / _USUAL_WEALTH, 1.0)


def _usual(spans: Spans) -> float:
    """Nothing speaks against a sum of two numbers."""
    sample = _sampled(spans)
    begins = _begins(spans)[sample]
    words = spans.words[sample].compress(begins)
    known = _english()
    found = known.take(known.searchsorted(words), mode="clip") == words
    usual = int(np.count_nonzero(found))
    if usual and usual >= _USUAL_SHARE * len(words):
        return 1.0
    strange = int(np.count_nonzero(~found & ~_names(spans, sample).compress(begins)))
    own = usual / max(usual + strange, 1)
    granted = max(_USUAL_SHARE * _likely(spans.raw), own)
    return min((usual + _DOUBT * granted) / (usual + strange + _DOUBT) / _USUAL_SHARE, 1.0)


def _sampled(spans: Spans) -> slice:
    return slice(None, None, 1 + len(spans.words) // _SAMPLE)


def _begins(spans: Spans) -> NDArray[np.bool_]:
    """Which tokens are words."""
    begins: NDArray[np.bool_] = _LETTERS.take(_bytes(spans.raw).take(spans.starts))
    begins &= spans.ends - spans.starts >= _LEAST_BYTES
    return begins


def _names(spans: Spans, sample: slice) -> NDArray[np.bool_]:
    r"""Which tokens programs and formulas name things by: \frac, np.sum, sqrt(2), NaCl, x11."""
    starts, ends = spans.starts[sample], spans.ends[sample]
    padded = _bytes(b" %b " % spans.raw)
    marks = np.append(0, np.cumsum(_MARKS.take(_bytes(spans.raw)), dtype=np.int32))
    inside = marks.take(ends) > marks.take(starts + 1)
    beside = _LEADS.take(padded.take(starts)) | _CALLS.take(padded.take(ends + 1))
    return np.asarray((inside | beside) & (ends - starts <= _LONGEST_NAME))


def _likely(raw: bytes) -> float:
    """The share of pairs of letters, or of a letter and a digit, that occur in usual words."""
    text = _bytes(raw.lower())
    first, second = text[:-1], text[1:]
    pairs = _LETTERS.take(first) & _WITHIN.take(second)
    if not pairs.any():
        return 1.0
    return float(vocabulary().pairs[first.compress(pairs), second.compress(pairs)].mean())


def _bytes(raw: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(raw, np.uint8)


@cache
def _english() -> NDArray[np.uint64]:
    """Hashes of the usual words, ascending."""
    languages = vocabulary().languages
    usual: NDArray[np.bool_] = languages.votes[:, languages.names.index("en")] > 0.0
    return languages.hashes[:-1].compress(usual)


_CAPITALS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS: Final = b"0123456789"
_LETTERS: Final = bytes_among(_CAPITALS + _CAPITALS.lower() + bytes(range(128, 256)))
"""All beyond ASCII among them."""
_WITHIN: Final = _LETTERS | bytes_among(_DIGITS)
_MARKS: Final = bytes_among(_CAPITALS + _DIGITS + b"_")
"""What is inside names alone."""
_LEADS: Final = bytes_among(b"\\.")
_CALLS: Final = bytes_among(b"([=")
"""What stands before names, and behind them."""
