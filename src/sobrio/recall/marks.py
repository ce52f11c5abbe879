"""Signs and letters' case that change what a text says: C++ and C#, -40 and 40, $5 and €5, mW and MW."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_emphasis = re.compile(r"(?<!\w)(\*{1,2}|`|\$)(?=\S)([^\n]+?)(?<=\S)\1(?!\w)")
"""Markdown around a text says nothing of its own."""
_ALIKE: Final = str.maketrans({"−": "-", "×": "*", "÷": "/", "≠": "!=", "≤": "<=", "≥": ">=", "％": "%"})
_SPOKEN: Final = (
    (re.compile(r"\b(?:percent|per cent|pour ?cent|prozent|por ciento)\b", re.IGNORECASE), "%"),
    (re.compile(r"(?<=\d) (?:plus|mas) (?=\d)", re.IGNORECASE), " + "),
    (re.compile(r"(?<=\d) (?:minus|moins|menos) (?=\d)", re.IGNORECASE), " - "),
    (re.compile(r"(?<=\d) (?:times|fois|mal|por) (?=\d)", re.IGNORECASE), " * "),
)
_operator = re.compile(
    r"""
      \$[!?\#@*]                          # of a shell
    | [^\W\d_](?:\+\+|\#)                 # of a name: C++, F#
    | [!=<>]=+ | [<>]+ | && | \|+ | [+^=~%√±∞∫∑]
    | (?<![\w\s)\]])-{1,2}(?=[\w(])       # a sign or a switch, close to what is before
    | (?<!\S)-{1,2}(?=[\w(])              # or after a space
    | (?<=[\d)\]])\s*-\s*(?=[\d(])        # between numbers
    | (?<=[\d)])\s*[*/]+ | [*/]+\s*(?=[\d(])
    | (?:(?<=\d)|(?<![\w'’][a-z])(?<=[a-z]))!    # factorial
    """,
    re.VERBOSE,
)
_symbol = re.compile(r"[€$£¥₹₽₩₿]")
_MONEY: Final = {
    "€": re.compile(r"€|\b(?:euros?|eur)\b", re.IGNORECASE),
    "$": re.compile(r"\$|\b(?:d[oó]l+ar(?:e?s)?|usd)\b", re.IGNORECASE),
    "£": re.compile(r"£|\b(?:pounds?|pfund|livres?|libras?|gbp|sterling)\b", re.IGNORECASE),
    "¥": re.compile(r"¥|\b(?:yens?|yuans?|jpy|cny)\b", re.IGNORECASE),
}
_word = re.compile(r"[^\W_]+")
_unit = re.compile(r"(?<=\d)\s?([^\W\d_]{1,3})\b")
_HALVES: Final = frozenset({"am", "pm"})
"""Of the day: 5 PM is 5 pm."""
_SHORT: Final = 3
"""Letters of a unit at most."""
_begins = re.compile(r"(?:^|[.!?:]\s+)\W*([^\W_]+)")


def marks_clash(one: str, other: str) -> bool:
    """Another sign, operator or currency, or the same unit in another case."""
    left, right = _read(one), _read(other)
    return _operators(left) != _operators(right) or _money_differs(left, right) or _case_clashes(left, right)


def typed_alike(one: str, other: str) -> bool:
    """Whether the case of the same words, one by one, says the same.

    The first word of a sentence may begin with either case, and whoever types small letters alone means
    names by them as well; but an acronym may not be the word it spells.
    """
    pairs = list(zip(_word.findall(one), _word.findall(other), strict=False))
    if one.islower() or other.islower():
        return not any(a != b and (_is_acronym(a) or _is_acronym(b)) for a, b in pairs)
    first = {*_begins.findall(one), *_begins.findall(other)}
    return all(a == b or (a[1:] == b[1:] and {a, b} <= first) for a, b in pairs)


def _read(text: str) -> str:
    plain = _emphasis.sub(r"\2", text.translate(_ALIKE))
    for spoken, sign in _SPOKEN:
        plain = spoken.sub(sign, plain)
    return plain


def _operators(text: str) -> Counter[str]:
    return Counter("".join(found.split()).lower() for found in _operator.findall(text))


def _money_differs(one: str, other: str) -> bool:
    """A sign of one text is in the other neither as a sign nor as a word."""
    return any(not _names(other, sign) for sign in _symbol.findall(one)) or any(
        not _names(one, sign) for sign in _symbol.findall(other)
    )


def _names(text: str, sign: str) -> bool:
    return bool(_MONEY[sign].search(text)) if sign in _MONEY else sign in text


def _case_clashes(one: str, other: str) -> bool:
    shouted = _is_shouted(one) or _is_shouted(other)
    left, right = _cased(one, shouted=shouted), _cased(other, shouted=shouted)
    return any(left[word] != right[word] for word in left.keys() & right.keys())


def _cased(text: str, *, shouted: bool) -> dict[str, tuple[str, ...]]:
    """How a text writes its units, by their small letters: what follows a number, and, unless all of it is
    shouted, short words with a capital, since Mb is not MB, nor Who the WHO."""
    short = [] if shouted else [word for word in _word.findall(text) if _has_case(word)]
    found: dict[str, tuple[str, ...]] = {}
    for word in dict.fromkeys([*_unit.findall(text), *short]):
        if word.lower() not in _HALVES:
            found[word.lower()] = (*found.get(word.lower(), ()), word)
    return found


def _has_case(word: str) -> bool:
    return 1 < len(word) <= _SHORT and not word.islower()


def _is_shouted(text: str) -> bool:
    return text.isupper() and max(map(len, _word.findall(text)), default=0) > _SHORT


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()
