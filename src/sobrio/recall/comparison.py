"""Whether two answers say the same, where that can be seen without a judge.

Only short answers are compared, and those in JSON, value by value. Two long ones that agree may share no
sentence, so that a comparison could only ever vouch for them or say nothing: labels made so would be too
kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from sobrio.recall.fleeting import folded
from sobrio.recall.marks import marks_clash

_SHORT: Final = 12
"""Words of a short answer at most."""
_fence = re.compile(r"^```\w*\n|\n```$")
_number = re.compile(r"\d+(?:[.,]\d+)*")
_word = re.compile(r"\w+")
_letter = re.compile(r"(?<=\w\s)[A-Z]\b(?!['’])")
"""The A of "vitamin A" is a name, and no filler."""
_FILLERS: Final = frozenset(
    [
        *("a", "an", "the", "it", "is", "are", "was", "were", "its", "that", "this", "of"),
        *("le", "la", "les", "l", "un", "une", "c", "est", "il", "elle", "sont", "de", "du", "des"),
        *("der", "die", "das", "ein", "eine", "ist", "sind", "es", "el", "los", "las", "una", "son"),
    ]
)


def same_answer_text(one: str, other: str) -> bool | None:
    """`None` where either is long, or says nothing; a different wording of a short answer counts as wrong."""
    values = _value(one), _value(other)
    if all(each is not None for each in values):
        return _same_value(*values)
    words, others = _words(one), _words(other)
    if not words or not others or max(len(words), len(others)) > _SHORT:
        return None
    if marks_clash(one.rstrip(" !"), other.rstrip(" !")):
        return False
    return _numbers(one) == _numbers(other) and _told(words, one) == _told(others, other)


def _value(text: str) -> Any:
    """An object or a list in JSON, fenced or not; `None` for anything else."""
    bare = _fence.sub("", text.strip())
    if not bare.startswith(("{", "[")):
        return None
    try:
        return msgspec.json.decode(bare)
    except (msgspec.DecodeError, RecursionError):
        return None


def _same_value(one: Any, other: Any) -> bool | None:
    """`None` where nothing but long texts may differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and _every(_same_value(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and _every(map(_same_value, one, other))
    if isinstance(one, str) and isinstance(other, str):
        return same_answer_text(one, other) if one and other else one == other
    return bool(one == other and isinstance(one, bool) == isinstance(other, bool))


def _every(verdicts: Iterable[bool | None]) -> bool | None:
    """One difference is enough; where none is found, one that cannot be judged leaves all open."""
    found = list(verdicts)
    return False if False in found else None if None in found else True


def _words(text: str) -> list[str]:
    return _word.findall(_number.sub(" ", folded(text))) + _numbers(text)


def _told(words: list[str], text: str) -> list[str]:
    """What is left without fillers: "It is Paris." and "Paris" say the same."""
    letters = {found.lower() for found in _letter.findall(text)}
    return [word for word in words if word not in _FILLERS or word in letters] or words


def _numbers(text: str) -> list[str]:
    """As written: whether 1.000 is a thousand or one depends on who wrote it."""
    return _number.findall(text)
