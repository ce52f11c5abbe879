"""Words that mean something to the predictor: concepts in four languages, function words in seven.

Concepts are looked up by their first six letters without accents, so that most inflected forms and many
cognates (matrix, matrice, matriz) share an entry. Look-ups are by hash: no loop over a text's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
class Concepts:
    """Words by hash, and the places in `names` of the concepts that each stands for."""

    names: tuple[str, ...]
    places: Mapping[int, tuple[int, ...]]
    sieve: Sieve

    def among(self, spans: Spans) -> Iterator[tuple[int, tuple[int, ...]]]:
        """(where it begins, its concepts) of every token whose beginning is known."""
        hashes = stems(spans)
        likely = self.sieve.likely(hashes)
        starts, sought = spans.starts.take(likely).tolist(), hashes.take(likely).tolist()
        for start, each in zip(starts, sought, strict=True):
            concepts = self.places.get(each)
            if concepts is not None:
                yield start, concepts


@dataclass(frozen=True, slots=True)
class Languages:
    """Words by hash, ascending, and what each says for every language: shape (words, names)."""

    names: tuple[str, ...]
    hashes: NDArray[np.uint64]
    votes: Floats
    sieve: Sieve

    def among(self, hashes: NDArray[np.uint64]) -> Floats:
        """The votes of all known words, shape (names,)."""
        sought = hashes.take(self.sieve.likely(hashes))
        rows = np.minimum(self.hashes.searchsorted(sought), len(self.hashes) - 1)
        known = rows[self.hashes.take(rows) == sought]
        votes: Floats = np.add.reduce(self.votes.take(known, axis=0))
        return votes


@dataclass(frozen=True, slots=True)
class Sieve:
    """By the first bits of a mixed hash, whether any known word has them: few of a text's other words do."""

    holes: NDArray[np.bool_]

    @classmethod
    def of(cls, known: NDArray[np.uint64]) -> Sieve:
        holes = np.zeros(2**_SIEVE_BITS, bool)
        holes[_first_bits(known)] = True
        return cls(holes)

    def likely(self, hashes: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Places of those that may be known."""
        return self.holes.take(_first_bits(hashes)).nonzero()[0]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    concepts: Concepts
    languages: Languages


@cache
def vocabulary() -> Vocabulary:
    """The shipped words; read once."""
    words = msgspec.json.decode(_FILE.read_bytes(), type=_Words)
    return Vocabulary(_concepts(words.concepts), _languages(words.function_words))


def stems(spans: Spans) -> NDArray[np.uint64]:
    """The hash of each token's beginning."""
    return spans.hashes(spans.starts, np.minimum(spans.ends, spans.starts + _STEM_LETTERS))


def _concepts(words: Mapping[str, Sequence[str]]) -> Concepts:
    places = _by_hash(words, _STEM_LETTERS)
    return Concepts(tuple(words), places, Sieve.of(np.array([*places], np.uint64)))


def _languages(words: Mapping[str, Sequence[str]]) -> Languages:
    """A word of several languages gives each a part of its vote."""
    places = _by_hash(words, None)
    hashes = np.array(sorted(places), np.uint64)
    votes = np.zeros((len(hashes), len(words)), np.float32)
    for row, each in zip(votes, hashes.tolist(), strict=True):
        row[[*places[each]]] = 1.0 / len(places[each])
    return Languages(tuple(words), hashes, votes, Sieve.of(hashes))


def _by_hash(words: Mapping[str, Sequence[str]], letters: int | None) -> dict[int, tuple[int, ...]]:
    """The places of the lists that each word stands in."""
    found: dict[int, tuple[int, ...]] = {}
    for place, listed in enumerate(words.values()):
        for each in {_hash(word, letters) for word in listed}:
            found[each] = (*found.get(each, ()), place)
    return found


def _first_bits(hashes: NDArray[np.uint64]) -> NDArray[np.intp]:
    return ((hashes * _MIX) >> np.uint64(64 - _SIEVE_BITS)).view(np.intp)


def _hash(word: str, letters: int | None) -> int:
    """Of the first token, cut to `letters`."""
    spans = spans_of(word)
    end = int(spans.ends[0]) if letters is None else min(int(spans.ends[0]), letters)
    return int(spans.hashes(np.array([0]), np.array([end]))[0])
