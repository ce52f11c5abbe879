"""Which words get a vector of their own, and how frequent they are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import spans_of

WORDS_PER_LANGUAGE: Mapping[str, int] = {"en": 18_000, "fr": 14_000, "de": 8_000, "es": 8_000}
_SHARES: Mapping[str, float] = {"en": 0.4, "fr": 0.3, "de": 0.15, "es": 0.15}
"""Of the traffic a word is expected in: its frequency is the mean over the languages."""
_LEAST_TEXTS = 4
_YEARS = range(1_500, 2_041)
_NUMBERS = range(1_000)
_SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~"
_word = re.compile(r"[^\W\d_]{2,24}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One entry per word, by ascending hash."""

    words: tuple[str, ...]
    hashes: NDArray[np.uint64]
    frequencies: NDArray[np.float64]


def vocabulary_of(texts: Sequence[str]) -> Vocabulary:
    """The usual words of four languages (wordfreq), those of several texts, numbers and signs."""
    from wordfreq import word_frequency

    by_hash: dict[int, tuple[float, str]] = {}
    for word in _candidates(texts):
        token = hash_of(word)
        if token is not None:
            frequency = sum(share * word_frequency(word, code) for code, share in _SHARES.items())
            by_hash[token] = max(by_hash.get(token, (-1.0, "")), (frequency, word))
    hashes = sorted(by_hash)
    return Vocabulary(
        words=tuple(by_hash[each][1] for each in hashes),
        hashes=np.array(hashes, np.uint64),
        frequencies=np.array([by_hash[each][0] for each in hashes]),
    )


def hash_of(word: str) -> int | None:
    """`None` when the encoder would not read it as one token."""
    spans = spans_of(word).with_digits()
    if len(spans.starts) != 1 or spans.ends[0] != len(spans.raw):
        return None
    return int(spans.words[0])


def _candidates(texts: Sequence[str]) -> Iterator[str]:
    from wordfreq import top_n_list

    for code, count in WORDS_PER_LANGUAGE.items():
        yield from (word for word in top_n_list(code, count) if not any(map(str.isdigit, word)))
    yield from _frequent(texts)
    yield from map(str, (*_NUMBERS, *_YEARS))
    yield from _SIGNS


def _frequent(texts: Iterable[str]) -> list[str]:
    counts = Counter(word for text in texts for word in {each.lower() for each in _word.findall(text)})
    folded = Counter[str]()
    for word, count in counts.items():
        folded[_folded(word)] += count
    return sorted(word for word in counts if folded[_folded(word)] >= _LEAST_TEXTS)


def _folded(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
