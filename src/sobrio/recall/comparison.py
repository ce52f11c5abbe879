"""Whether two answers say the same, where that can be seen without a judge.

Only short answers are compared. Two long ones that agree may share no sentence, so that a comparison could
only ever vouch for them or say nothing: labels made so would be too kind.
"""

from __future__ import annotations

import re
from typing import Final

from sobrio.recall.fleeting import folded

_SHORT: Final = 12
"""Words of a short answer at most."""
_number = re.compile(r"\d+(?:[.,]\d+)*")
_word = re.compile(r"\w+")
_FILLERS: Final = frozenset(
    [
        *("a", "an", "the", "it", "is", "are", "was", "were", "its", "that", "this", "of"),
        *("le", "la", "les", "l", "un", "une", "c", "est", "il", "elle", "sont", "de", "du", "des"),
        *("der", "die", "das", "ein", "eine", "ist", "sind", "es", "el", "los", "las", "una", "son"),
    ]
)


def same_answer_text(one: str, other: str) -> bool | None:
    """`None` where either is long, or says nothing; a different wording of a short answer counts as wrong."""
    words, others = _words(one), _words(other)
    if not words or not others or max(len(words), len(others)) > _SHORT:
        return None
    return _numbers(one) == _numbers(other) and _told(words) == _told(others)


def _words(text: str) -> list[str]:
    return _word.findall(_number.sub(" ", folded(text))) + _numbers(text)


def _told(words: list[str]) -> list[str]:
    """What is left without fillers: "It is Paris." and "Paris" say the same."""
    return [word for word in words if word not in _FILLERS] or words


def _numbers(text: str) -> list[str]:
    """As written: whether 1.000 is a thousand or one depends on who wrote it."""
    return _number.findall(text)
