"""One pass over a prompt's text: its bytes, its tokens and the concepts it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from sobrio.encode import Spans, spans_of
from sobrio.encode.spans import MAX_BYTES
from sobrio.understand.gloss import GLOSSED, gloss
from sobrio.understand.language import language_of
from sobrio.understand.words import vocabulary

ORDER_BYTES: Final = 400
"""What is asked for stands in the first so many bytes, or the last."""


_blanks = re.compile(r"  (?<=\S  ) *")
"""Within a line: what it begins with may be its indentation. Two blanks first: they are found fast."""
_STUTTER: Final = 4
"""A text of which one token in so many is the one before it may be a single word over and over."""
_repeated = re.compile(r"\b([^\W\d_]{2,})(?:\s+\1\b){7,}", re.IGNORECASE)


class Reading(msgspec.Struct, frozen=True):
    text: str
    """As it is judged: what is in a language of `GLOSSED` has its known words in English."""
    language: str
    """ISO 639-1 code of the text as it came; `und` when nothing speaks for any."""
    spans: Spans
    concepts: Sequence[int]
    """How often each concept occurs."""
    ordered: Sequence[int]
    """The same near the beginning and the end alone."""
    kept: float
    """The share of the text that is left where a word said over and over is read once."""

    def named(self, concept: str) -> int:
        return self.concepts[_PLACES[concept]]

    def asks(self, concept: str) -> int:
        return self.ordered[_PLACES[concept]]


def read(text: str) -> Reading:
    text = _trimmed(text)
    spans, chars = spans_of(text), len(text)
    if _stutters(spans):
        text = _repeated.sub(r"\1", text)
        spans = spans_of(text)
    kept = len(text) / max(chars, 1)
    language = language_of(text, spans)
    if language in GLOSSED:
        text = _in_english(text, language)
        spans = spans_of(text)
    concepts, ordered = [0] * len(CONCEPTS), [0] * len(CONCEPTS)
    far = range(ORDER_BYTES, len(spans.raw) - ORDER_BYTES)
    for start, places in vocabulary().concepts.among(spans):
        near = start not in far
        for place in places:
            concepts[place] += 1
            ordered[place] += near
    return Reading(text, language, spans, concepts, ordered, kept)


def _trimmed(text: str) -> str:
    """White space that says nothing goes: around the text, at ends of lines, and beyond one blank in them."""
    text = text.strip().replace("\r\n", "\n")
    if "  " in text or " \n" in text:
        text = _blanks.sub(" ", text).replace(" \n", "\n")
    return text


def _stutters(spans: Spans) -> bool:
    words = spans.words
    return int(np.count_nonzero(words[1:] == words[:-1])) * _STUTTER > len(words)


def _in_english(text: str, language: str) -> str:
    """The middle of a long text stays as it is: nobody reads it."""
    if len(text) <= MAX_BYTES:
        return gloss(text, language)
    half = MAX_BYTES // 2
    return gloss(text[:half], language) + text[half:-half] + gloss(text[-half:], language)


CONCEPTS: Final = vocabulary().concepts.names
_PLACES: Final = {name: place for place, name in enumerate(CONCEPTS)}
