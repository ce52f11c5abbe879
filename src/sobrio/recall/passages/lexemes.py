"""What lexical search compares: words and their beginnings, and runs of four letters.

No list of endings is needed: a word's first five letters stand in for its stem in English and French (and
Spanish, German, …), runs of letters find compounds and spellings, and accents and capitals never matter.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_STEM: Final = 5
_RUN: Final = 4


def words_of(text: str) -> list[str]:
    """Words and numbers in order, without capitals and accents."""
    plain = text.lower()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
    return _WORD.findall(plain)


def stem(word: str) -> str:
    return word[:_STEM]


def with_stems(words: list[str]) -> list[str]:
    """Each word as it is, and by its beginning (marked, so that it is no word itself)."""
    return words + ["~" + stem(word) for word in words]


def runs(words: list[str]) -> list[str]:
    """Four letters in a row, word boundaries included."""
    padded = [f" {word} " for word in words]
    return [word[at : at + _RUN] for word in padded for at in range(max(1, len(word) - _RUN + 1))]
