"""Words that decide whether two questions want the same answer, from `data/lexicon.txt`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "data" / "lexicon.txt"
_MARKS: Final = dict.fromkeys(range(0x300, 0x370))
_WORDS: Final = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:\+\+|#)?|[€$£%]")
_STATES: Final = re.compile(r"\bU\.?S\.?A?\b\.?")
_SHORT: Final = ((re.compile(r"\bcan't\b"), "can not"), (re.compile(r"\bwon't\b"), "will not"))


def fold(text: str) -> str:
    """Small letters without accents; straight apostrophes; "n't" is "not"."""
    plain = _STATES.sub("usa", text).lower().replace("’", "'").replace("ß", "ss").replace("œ", "oe")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).translate(_MARKS)
    for short, full in _SHORT:
        plain = short.sub(full, plain)
    return plain.replace("n't", " not")


def tokens(folded: str) -> list[str]:
    return _WORDS.findall(folded)


@dataclass(slots=True)
class Lexicon:
    """What is known of a word; several words in a row are one entry, joined by a space."""

    senses: dict[str, set[int]] = field(default_factory=dict)
    """Lines of synonyms, and members of groups, a word belongs to."""
    members: dict[str, dict[str, int]] = field(default_factory=dict)
    """Per word, the member it is of each group."""
    sides: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    """Per word, (line of opposites, side)."""
    aspects: dict[str, set[str]] = field(default_factory=dict)
    """What a word, or several in a row, ask for: a cost, a cause, a way …"""
    roles: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    pronouns: dict[str, int] = field(default_factory=dict)
    languages: dict[str, set[str]] = field(default_factory=dict)
    negators: set[str] = field(default_factory=set)
    only: set[str] = field(default_factory=set)
    stop: set[str] = field(default_factory=set)
    phrases: set[tuple[str, ...]] = field(default_factory=set)


@cache
def lexicon() -> Lexicon:
    found, kind, name, last = Lexicon(), "", "", 0
    for number, line in enumerate(_FILE.read_text("utf-8").splitlines()):
        if line.startswith("["):
            kind, _, name = line.strip("[]").partition(" ")
            last = number
        elif line and not line.startswith("#"):
            _read(found, kind, name, number, number - last, line)
    found.phrases = {tuple(word.split()) for word in _all(found) if " " in word}
    return found


def _all(found: Lexicon) -> set[str]:
    return {*found.senses, *found.sides, *found.members, *found.roles, *found.numbers}


def _read(found: Lexicon, kind: str, name: str, line: int, place: int, text: str) -> None:
    if kind == "opposites":
        for side, half in enumerate(text.split("/")):
            for word in _entries(half):
                found.sides.setdefault(word, set()).add((line, side))
        return
    for word in _entries(text):
        _place(found, kind, name, line, place, word)


def _place(found: Lexicon, kind: str, name: str, line: int, place: int, word: str) -> None:
    match kind:
        case "group":
            found.members.setdefault(word, {})[name] = line
            found.senses.setdefault(word, set()).add(line)
        case "synonyms":
            found.senses.setdefault(word, set()).add(line)
        case "aspect":
            found.aspects.setdefault(word, set()).add(name)
        case "source" | "of" | "target" | "place" | "agent" | "comparison":
            found.roles[word] = kind
        case "numbers":
            found.numbers[word] = str(place - 1 if place == 1 else place)
        case "tens":
            found.numbers[word] = str(10 * (place + 2))
        case "pronouns":
            found.pronouns[word] = line
        case "marks":
            found.languages.setdefault(word, set()).add(name)
        case "negators":
            found.negators.add(word)
        case "only":
            found.only.add(word)
        case "stop":
            found.stop.add(word)


def _entries(text: str) -> list[str]:
    return [" ".join(tokens(fold(entry.replace("_", " ")))) for entry in text.split()]
