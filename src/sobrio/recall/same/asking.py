"""What kind of answer a question wants: a person, a time, a yes; what may be or must be; past or to come."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sobrio.recall.same.lexicon import lexicon

_LONGEST: Final = 5
"""Words of an entry at most."""
_MAY_BE_ONE: Final = (
    frozenset(("amount", "cost")),
    frozenset(("amount", "duration")),
    frozenset(("amount", "distance")),
    frozenset(("amount", "size")),
    frozenset(("amount", "weight")),
    frozenset(("size", "distance")),
    frozenset(("amount", "temperature")),
    *(frozenset(("thing", kind)) for kind in ("person", "place", "cause", "cost", "way", "amount")),
    *(frozenset(("thing", kind)) for kind in ("distance", "size", "weight", "temperature")),
)
"""Kinds of which one may be asked for by the other's words: "how much is" a cost or an amount."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Each is empty where the words do not say."""

    kind: str
    """What stands for the answer: "person", "time", "cause" …; "thing" for "which artist"."""
    modes: frozenset[str]
    """Of a question for yes or no: what is "possible", what is "needed"."""
    tenses: frozenset[str]


def asking(words: Sequence[str]) -> Asking:
    """`words` are the folded words of a text, one by one."""
    known = lexicon()
    first = _behind_leading(words)
    kind, open_question = _kind(words[first:])
    modes = frozenset() if open_question else _found(words, known.modes)
    return Asking(kind, modes, _found(words, known.tenses))


def kinds_clash(one: Asking, other: Asking) -> bool:
    both = frozenset((one.kind, other.kind))
    return "" not in both and len(both) > 1 and both not in _MAY_BE_ONE


def modes_clash(one: Asking, other: Asking) -> bool:
    return bool(one.modes and other.modes) and one.modes.isdisjoint(other.modes)


def tenses_clash(one: Asking, other: Asking) -> bool:
    return bool(one.tenses and other.tenses) and one.tenses.isdisjoint(other.tenses)


def _kind(words: Sequence[str]) -> tuple[str, bool]:
    """(what the first words want, whether a question word is among them).

    Only small words may stand before it, and behind a question word only a noun counts: "the day when" and
    "what is it when" ask for no time, "what is the date" does.
    """
    known = lexicon()
    opened = False
    for place, word in enumerate(words):
        entry = _entry(words, place, known.asks)
        if entry and (place == 0 or opened == known.interrogatives.isdisjoint(entry.split())):
            return known.asks[entry], True
        if word not in known.stop:
            return ("thing" if place and words[place - 1] in known.choosing else ""), opened
        if word in known.modes and not opened:
            break
        opened = opened or word in known.interrogatives
    return "", opened


def _behind_leading(words: Sequence[str]) -> int:
    """The place behind "Hi, can you tell me"."""
    leading, place = lexicon().leading, 0
    while entry := _entry(words, place, leading):
        place += len(entry.split())
    return place if place < len(words) else 0


def _found(words: Sequence[str], entries: Mapping[str, str]) -> frozenset[str]:
    return frozenset(
        entries[entry] for place in range(len(words)) if (entry := _entry(words, place, entries))
    )


def _entry(words: Sequence[str], place: int, entries: Container[str]) -> str:
    """The longest entry that begins at a place."""
    for length in range(min(_LONGEST, len(words) - place), 0, -1):
        entry = " ".join(words[place : place + length])
        if entry in entries:
            return entry
    return ""
