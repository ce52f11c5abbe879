"""Chunks: a document cut where its structure allows, each piece long enough to answer, and no longer.

Sizes are counted in characters, since every model counts tokens its own way: some 4 to a token in
English, 3 in French. 1,000 characters are then 250 to 330 tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sobrio.recall.passages.document import Document, Section

LEAST: Final = 480
"""Shorter paragraphs are joined with the next of their section."""
MOST: Final = 1_000
OVERLAP: Final = 160
"""At most so much of a cut paragraph is repeated, in whole sentences, at the head of its next piece."""

_LONGEST: Final = MOST - OVERLAP
"""A longer sentence is cut between words."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[»”\")\]]*\s+|\n+")
_BETWEEN: Final = " > "


@dataclass(frozen=True, slots=True)
class Chunk:
    title: str
    """The document's title and the headings above, from the outermost to the nearest."""
    text: str


def chunks_of(document: Document) -> tuple[Chunk, ...]:
    return tuple(
        Chunk(_title(document, section), text)
        for section in document.sections
        for text in _joined(list(_pieces(section)))
    )


def _title(document: Document, section: Section) -> str:
    return _BETWEEN.join(dict.fromkeys(each for each in (document.title, *section.headings) if each))


def _pieces(section: Section) -> Iterator[str]:
    for paragraph in section.paragraphs:
        yield from (paragraph,) if len(paragraph) <= MOST else _cut(paragraph)


def _cut(paragraph: str) -> Iterator[str]:
    """Between sentences where there are any of bearable length, else between words."""
    taken: list[str] = []
    for sentence in sentences_of(paragraph):
        if taken and _length(taken) + len(sentence) > MOST:
            yield " ".join(taken)
            taken = _overlap(taken)
        taken.append(sentence)
    yield " ".join(taken)


def sentences_of(paragraph: str) -> list[str]:
    """The sentences, none of them longer than a chunk without its overlap."""
    return [piece for sentence in _SENTENCE_END.split(paragraph) for piece in _short(sentence)]


def _short(sentence: str) -> Iterator[str]:
    left = sentence
    while len(left) > _LONGEST:
        space = left.rfind(" ", 1, _LONGEST)
        at = _LONGEST if space < 0 else space
        yield left[:at]
        left = left[at:].lstrip()
    if left:
        yield left


def _overlap(taken: list[str]) -> list[str]:
    kept: list[str] = []
    for sentence in reversed(taken[1:]):
        if _length(kept) + len(sentence) > OVERLAP:
            break
        kept.insert(0, sentence)
    return kept


def _length(sentences: list[str]) -> int:
    return sum(len(each) + 1 for each in sentences)


def _joined(pieces: list[str]) -> Iterator[str]:
    """Neighbours are joined until they are long enough, and never beyond the bound."""
    held = ""
    for piece in pieces:
        if held and (len(held) >= LEAST or len(held) + len(piece) + 2 > MOST):
            yield held
            held = piece
        else:
            held = f"{held}\n\n{piece}" if held else piece
    if held:
        yield held
