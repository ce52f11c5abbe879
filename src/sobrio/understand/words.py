"""Words that mean something to the predictor: concepts in four languages, the most usual words of seven.

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
_NO_WORD: Final = np.uint64(2**64 - 1)
_JOINED: Final = 500
"""Words hashed at once: far fewer than a text may hold."""
_DATA: Final = Path(__file__).with_name("data")

Floats = NDArray[np.float32]


class _Usual(msgspec.Struct):
    """As `benchmarks/gloss/languages.py` writes it."""

    languages: tuple[str, ...]
    words: dict[str, list[int]]
    """Tenths of powers of ten by which each is more usual than a rare word, for every language."""


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
    """The last stands for no word, so that a look-up never runs over the end."""
    votes: Floats

    def among(self, hashes: NDArray[np.uint64]) -> Floats:
        """The votes of all known words, shape (names,)."""
        rows = self.hashes.searchsorted(hashes)
        known = rows[self.hashes.take(rows) == hashes]
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
    pairs: NDArray[np.bool_]
    """By their bytes, the pairs of letters that occur in usual English words, shape (256, 256)."""


@cache
def vocabulary() -> Vocabulary:
    """The shipped words; read once."""
    concepts = msgspec.json.decode((_DATA / "words.json").read_bytes(), type=dict[str, list[str]])
    usual = msgspec.json.decode((_DATA / "languages.json").read_bytes(), type=_Usual)
    return Vocabulary(_concepts(concepts), _languages(usual), _pairs(usual))


def bytes_among(signs: bytes) -> NDArray[np.bool_]:
    """By byte, whether it is one of `signs`."""
    return np.isin(np.arange(256), np.frombuffer(signs, np.uint8))


def stems(spans: Spans) -> NDArray[np.uint64]:
    """The hash of each token's beginning."""
    return spans.hashes(spans.starts, np.minimum(spans.ends, spans.starts + _STEM_LETTERS))


def _concepts(words: Mapping[str, Sequence[str]]) -> Concepts:
    """A word stands for every concept that lists it."""
    places: dict[int, tuple[int, ...]] = {}
    for place, listed in enumerate(words.values()):
        for each in {_hash(word) for word in listed}:
            places[each] = (*places.get(each, ()), place)
    return Concepts(tuple(words), places, Sieve.of(np.array([*places], np.uint64)))


def _languages(usual: _Usual) -> Languages:
    """Words that differ by accents alone count as the more usual of them."""
    words = [*usual.words]
    joined = (" ".join(words[start : start + _JOINED]) for start in range(0, len(words), _JOINED))
    hashes = np.concatenate([spans_of(each).words for each in joined])
    order = hashes.argsort(kind="stable")
    known, first = np.unique(hashes[order], return_index=True)
    votes = np.array([*usual.words.values()], np.float32)[order] / np.float32(10)
    return Languages(usual.languages, np.append(known, _NO_WORD), np.maximum.reduceat(votes, first))


def _pairs(usual: _Usual) -> NDArray[np.bool_]:
    english = usual.languages.index("en")
    words = (word for word, votes in usual.words.items() if votes[english] > 0)
    raw = np.frombuffer(" ".join(words).lower().encode(), np.uint8)
    pairs = np.zeros((256, 256), bool)
    pairs[raw[:-1], raw[1:]] = True
    pairs[128:] = pairs[:, 128:] = False
    return pairs


def _first_bits(hashes: NDArray[np.uint64]) -> NDArray[np.intp]:
    return ((hashes * _MIX) >> np.uint64(64 - _SIEVE_BITS)).view(np.intp)


def _hash(word: str) -> int:
    """Of the beginning of the first token."""
    return int(stems(spans_of(word))[0])
