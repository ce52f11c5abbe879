"""Words that decide whether two questions want the same answer, from `data/lexicon.txt`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

_FILES: Final = tuple(Path(__file__).parent / "data" / name for name in ("lexicon.txt", "wordnet.txt"))
_ENDINGS: Final = (
    *("ations", "ation", "ements", "ement", "ments", "ment", "ingly", "ings", "ing", "edly", "ies", "ied"),
    *(
        "tion",
        "eurs",
        "euse",
        "eur",
        "eaux",
        "aux",
        "ees",
        "es",
        "ed",
        "er",
        "ez",
        "ent",
        "ly",
        "e",
        "s",
        "x",
        "y",
    ),
)
_LEAST_STEM: Final = 4
_INFLECTED: Final = {
    "ir": ("i", "ie", "is", "it", "issent", "issez", "e", "ent"),
    "re": ("", "s", "ent", "ez", "u", "ue", "us", "ues"),
}
_MARKS: Final = dict.fromkeys(range(0x300, 0x370))
_WORDS: Final = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:\+\+|#)?|[€$£%]")
_OPPOSED: Final = {"opposites": (0, 1), "antonyms": (-1, 2)}
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


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Without an ending, as long as enough is left: rough, the same for every language."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM - (len(ending) == 1):
            return word[: -len(ending)]
    return word


@dataclass(slots=True)
class Lexicon:
    """What is known of a word; several words in a row are one entry, joined by a space."""

    senses: dict[str, set[int]] = field(default_factory=dict)
    """Lines of synonyms, and members of groups, a word belongs to."""
    members: dict[str, dict[str, int]] = field(default_factory=dict)
    """Per word, the member it is of each group."""
    things: set[str] = field(default_factory=set)
    """Members that are things, whose order in a sentence may matter."""
    sides: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    """Per word or stem, (line of opposites, side): 1 - side is the other one; side 1 is the denying one."""
    aspects: dict[str, set[str]] = field(default_factory=dict)
    """What a word, or several in a row, ask for: a cost, a cause, a way …"""
    asks: dict[str, str] = field(default_factory=dict)
    """What the beginning of a question wants: a person, a time, a cost …"""
    modes: dict[str, str] = field(default_factory=dict)
    tenses: dict[str, str] = field(default_factory=dict)
    interrogatives: set[str] = field(default_factory=set)
    joining: set[str] = field(default_factory=set)
    """Words between things that may stand in any order."""
    choosing: set[str] = field(default_factory=set)
    """Question words that a noun follows."""
    leading: set[str] = field(default_factory=set)
    """Words in front of a question that do not belong to it."""
    roles: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    pronouns: dict[str, int] = field(default_factory=dict)
    languages: dict[str, set[str]] = field(default_factory=dict)
    negators: set[str] = field(default_factory=set)
    only: set[str] = field(default_factory=set)
    making: set[str] = field(default_factory=set)
    """Verbs whose object is what the answer is to be."""
    degrees: set[str] = field(default_factory=set)
    """Words that make a comparison of a following "que"."""
    stop: set[str] = field(default_factory=set)
    phrases: set[tuple[str, ...]] = field(default_factory=set)


@cache
def lexicon() -> Lexicon:
    found, kind, name, last = Lexicon(), "", "", 0
    lines = [line for file in _FILES for line in file.read_text("utf-8").splitlines()]
    for number, line in enumerate(lines):
        if line.startswith("["):
            kind, _, name = line.strip("[]").partition(" ")
            last = number
        elif line and not line.startswith("#"):
            _read(found, kind, name, number, number - last, line)
    found.phrases = {tuple(word.split()) for word in _all(found) if " " in word}
    return found


def _inflected(word: str) -> list[str]:
    """Forms of a French infinitive that share no stem with it; of another word, forms that nobody writes."""
    endings = _INFLECTED.get(word[-2:], ()) if len(word) > _LEAST_STEM else ()
    return [word[:-2] + ending for ending in endings]


def _all(found: Lexicon) -> set[str]:
    return {*found.senses, *found.sides, *found.members, *found.roles, *found.numbers}


def _read(found: Lexicon, kind: str, name: str, line: int, place: int, text: str) -> None:
    if kind in _OPPOSED:
        for side, half in zip(_OPPOSED[kind], text.split("/"), strict=True):
            for word in _entries(half):
                for form in dict.fromkeys((word, stem(word), *_inflected(word))):
                    found.sides.setdefault(form, set()).add((line, side))
        return
    for word in _entries(text):
        _place(found, kind, name, line, place, word)


def _place(found: Lexicon, kind: str, name: str, line: int, place: int, word: str) -> None:
    match kind:
        case "group" | "choice":
            if kind == "group":
                found.things.add(word)
            found.members.setdefault(word, {})[name] = line
            found.senses.setdefault(word, set()).add(line)
        case "synonyms":
            found.senses.setdefault(word, set()).add(line)
        case "aspect":
            found.aspects.setdefault(word, set()).add(name)
        case "asks":
            found.asks.setdefault(word, name)
        case "modes" | "tenses":
            getattr(found, kind)[word] = name
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
        case _:
            getattr(found, kind).add(word)


def _entries(text: str) -> list[str]:
    return [" ".join(tokens(fold(entry.replace("_", " ")))) for entry in text.split()]
