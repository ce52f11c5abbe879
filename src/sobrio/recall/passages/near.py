"""Near-duplicates: texts that say the same in the same words.

MinHash over runs of three words (Broder, "On the resemblance and containment of documents", 1997), but two
texts that differ in a number or a negation are never the same, however alike the rest is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.passages.lexemes import words_of

ALIKE: Final = 0.85
"""Share of word runs in common from which two texts count as one."""
_ROWS: Final = 4
_BANDS: Final = 16
_RUN: Final = 3
_FACTORS: Final = np.random.default_rng(0).integers(1, 2**32, (2, _ROWS * _BANDS), np.uint64) | np.uint64(1)
_NEGATIONS: Final = frozenset((
    "no", "not", "never", "without", "none", "nor", "cannot", "t", "ne", "n", "pas", "jamais", "sans",
    "aucun", "aucune", "ni", "kein", "keine", "nicht", "nie", "ohne", "sin", "nunca", "ningun",
))  # fmt: skip
_NUMBER: Final = re.compile(r"\d+")

Signature = NDArray[np.uint32]


def signature(text: str) -> Signature:
    """64 smallest hashes of the text's word runs, then one hash of its numbers and negations."""
    words = words_of(text)
    hashes = np.array(_hashes([word.encode() for word in words]), np.uint64)[:, None]
    least = (hashes * _FACTORS[0] + _FACTORS[1]).min(axis=0) >> np.uint64(32)
    marks = sorted([*_NUMBER.findall(text), *(word for word in words if word in _NEGATIONS)])
    return np.append(least, crc32(" ".join(marks).encode())).astype(np.uint32)


def _hashes(words: Sequence[bytes]) -> list[int]:
    """One for each run of words with spaces between them, cut out of the whole: making them costs more."""
    whole = b" ".join(words)
    begins = [0, *accumulate(len(word) + 1 for word in words)]
    return [crc32(whole[begin : end - 1]) for begin, end in zip(begins, begins[_RUN:], strict=False)] or [
        crc32(whole)
    ]


def originals(signatures: Sequence[Signature]) -> list[int]:
    """For each text the place of the first one it repeats: its own place where it repeats none."""
    first: list[int] = []
    bands: dict[bytes, list[int]] = {}
    for place, each in enumerate(signatures):
        keys = _keys(each)
        near = {there for key in keys for there in bands.get(key, ())}
        found = next((there for there in sorted(near) if _alike(each, signatures[there])), place)
        first.append(found)
        if found == place:
            for key in keys:
                bands.setdefault(key, []).append(place)
    return first


def _keys(each: Signature) -> list[bytes]:
    bands = each[:-1].reshape(_BANDS, _ROWS)
    return [bytes([number]) + band.tobytes() + each[-1:].tobytes() for number, band in enumerate(bands)]


def _alike(one: Signature, other: Signature) -> bool:
    return bool(one[-1] == other[-1] and np.mean(one[:-1] == other[:-1]) >= ALIKE)
