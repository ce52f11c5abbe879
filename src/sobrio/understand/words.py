"""Words that mean something to the predictor: concepts in four languages, function words in seven.

Concepts are looked up by their first six letters without accents, so that most inflected forms and many
cognates (matrix, matrice, matriz) share an entry. Look-ups are by hash: no loop over a text's words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Spans, spans_of

_STEM_LETTERS: Final = 6
_SIEVE_BITS: Final = 13
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_FILE: Final = Path(__file__).with_name("data") / "words.json"

Floats = NDArray[np.float32]


class _Words(msgspec.Struct):
    concepts: dict[str, list[str]]
    function_words: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Words by hash, ascending, and what each counts for: shape (words, names)."""

    names: tuple[str, ...]
    hashes: NDArray[np.uint64]
    counts: Floats
    sieve: NDArray[np.bool_]
    """By the first bits of a mixed hash, whether any word has them: few of a text's other words do."""

    def found(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """(places in `hashes`, rows of `counts`) of the known words."""
        likely = self.sieve.take(_first_bits(hashes)).nonzero()[0]
        sought = hashes.take(likely)
        rows = np.minimum(self.hashes.searchsorted(sought), len(self.hashes) - 1)
        right = self.hashes.take(rows) == sought
        return likely[right], rows[right]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    concepts: Table
    function_words: Table


@cache
def vocabulary() -> Vocabulary:
    """The shipped words; read once."""
    words = msgspec.json.decode(_FILE.read_bytes(), type=_Words)
    return Vocabulary(_table(words.concepts, _STEM_LETTERS), _table(words.function_words, None, shared=True))


def stems(spans: Spans) -> NDArray[np.uint64]:
    """The hash of each token's beginning."""
    return spans.hashes(spans.starts, np.minimum(spans.ends, spans.starts + _STEM_LETTERS))


def _table(words: Mapping[str, Sequence[str]], letters: int | None, *, shared: bool = False) -> Table:
    """With `shared`, a word of several lists gives each a part of its vote."""
    names = tuple(words)
    rows: dict[int, Floats] = {}
    for place, name in enumerate(names):
        for word in words[name]:
            row = rows.setdefault(_hash(word, letters), np.zeros(len(names), np.float32))
            row[place] = 1.0
    hashes = np.array(sorted(rows), np.uint64)
    counts = np.array([rows[int(each)] for each in hashes], np.float32)
    if shared:
        counts /= counts.sum(axis=1, keepdims=True)
    sieve = np.zeros(2**_SIEVE_BITS, bool)
    sieve[_first_bits(hashes)] = True
    return Table(names, hashes, counts, sieve)


def _first_bits(hashes: NDArray[np.uint64]) -> NDArray[np.intp]:
    return ((hashes * _MIX) >> np.uint64(64 - _SIEVE_BITS)).view(np.intp)


def _hash(word: str, letters: int | None) -> int:
    """Of the first token, cut to `letters`."""
    spans = spans_of(word)
    end = int(spans.ends[0]) if letters is None else min(int(spans.ends[0]), letters)
    return int(spans.hashes(np.array([0]), np.array([end]))[0])
