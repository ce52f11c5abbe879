"""Length that a request states: "in 200 words", "un rapport de 10 pages", "in drei Sätzen", "dos párrafos".

An order, not a count of something else: the number stands behind a word that introduces it ("in", "de",
"at most", "write"), before a hyphen or a single unit ("a 10-page report", "an 800 word essay"), or apart
("(1,000 words)", "an essay, 500 words").
"""

from __future__ import annotations

import math
import re
from typing import Final

_WORD_TOKENS: Final = 1.4
"""English 1.3, French, German and Spanish 1.5 to 1.6 with today's byte-pair vocabularies."""
_SENTENCE, _PARAGRAPH, _PAGE = 18, 90, 450
"""Words."""
_MOST_WORDS: Final = 2_000
"""What most models write at most in one answer, whatever is asked (Bai and others, 2024, "LongWriter")."""
_LEAST_TOKENS: Final = 4.0
_MAX_CHARS: Final = 1_200
_LOOK_BACK: Final = 48
_UNITS: Final[dict[str, dict[str, int]]] = {
    "en": {"word": 1, "sentence": _SENTENCE, "paragraph": _PARAGRAPH, "page": _PAGE},
    "fr": {"mot": 1, "phrase": _SENTENCE, "paragraphe": _PARAGRAPH, "page": _PAGE},
    "de": {"wort": 1, "wört": 1, "satz": _SENTENCE, "sätz": _SENTENCE, "absatz": _PARAGRAPH,
           "absätz": _PARAGRAPH, "seite": _PAGE, "seitig": _PAGE},
    "es": {"palabra": 1, "frase": _SENTENCE, "oraci": _SENTENCE, "párrafo": _PARAGRAPH, "página": _PAGE},
}  # fmt: skip
"""In words each, by how their names begin."""
_ENDINGS: Final = frozenset(("", "s", "e", "n", "en", "er", "ern", "es", "em", "ón", "ones"))
"""Of those names."""
_TRIES: Final = 8
_NUMBERS: Final = {
    name: number
    for number, names in enumerate(
        (
            "one single un une seule ein eine einem einen einer uno una sola",
            "two deux zwei dos",
            "three trois drei tres",
            "four quatre vier cuatro",
            "five cinq fünf cinco",
            "six sechs seis",
            "seven sept sieben siete",
            "eight huit acht ocho",
            "nine neuf neun nueve",
            "ten dix zehn diez",
        ),
        start=1,
    )
    for name in names.split()
}
_INTRODUCED: Final = (
    "in into of on about around under within exactly than to least most max maximum minimum "
    "write draft use with "
    "en de sur environ exactement moins plus écris écrivez rédige rédigez "
    "von mit auf etwa ungefähr genau höchstens mindestens unter maximal schreib schreibe verfasse "
    "unas unos aproximadamente exactamente menos más máximo mínimo con escribe redacta"
)
_number = (
    r"(\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+|\d{1,6}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
)
_ordered = re.compile(
    rf"(?:\b(?:{'|'.join(_INTRODUCED.split())})[ \u00a0](?:une |una |a )?{_number}(?:-| (?:or \w+ )?|\u00a0)"
    rf"(?:short |kurzen? )?|\b{_number}-)$"
)
_described = re.compile(rf"\ban? (?:short |long |brief |detailed )?(?=\d){_number} $")
"""Of an English unit in the singular."""
_apart = re.compile(rf"(?:^|\(|[,:] )(?=\d){_number}[ \u00a0]$")
_after = re.compile(r"\W*$|[,)]|\.\s| (?:on|about|sur|über|sobre|max)\b")
_letters = re.compile(r"\w*")
_given = re.compile(
    r"\b(?:this|that|these|attached|following|(?<!write )(?<!draft )(?:my|our)|"
    r"cet?|cette|ces|mon|ma|mes|notre|nos|ci-joint|dies\w*|mein\w*|unser\w*|est[aeo]s?|mis?|nuestr\w*)"
    r"(?: \w+)? $"
)
"""What is there already, before its length: "this 300-word text", « ce texte de 300 mots »."""
_OF: Final = ("of", "de", "von", "mit", "con")


def stated_tokens(text: str, language: str) -> float:
    """Tokens of an answer as long as the text asks for; NaN when it states no length."""
    sample = text if len(text) <= _MAX_CHARS else text[: _MAX_CHARS // 2] + "\n" + text[-_MAX_CHARS // 2 :]
    lower = sample.lower()
    for unit, words in _UNITS.get(language, _UNITS["en"]).items():
        place = lower.find(unit)
        for _ in range(_TRIES):
            if place < 0:
                break
            count = _count(lower, place, place + len(unit))
            if count is not None:
                return max(_WORD_TOKENS * min(count * words, _MOST_WORDS), _LEAST_TOKENS)
            place = lower.find(unit, place + 1)
    return math.nan


def _count(lower: str, start: int, end: int) -> int | None:
    """How many of the unit that stands there are ordered."""
    ending = _letters.match(lower, end)
    if ending is None or ending[0] not in _ENDINGS:
        return None
    back = max(start - _LOOK_BACK, 0)
    found = _ordered.search(lower, back, start)
    if found is None and not ending[0]:
        found = _described.search(lower, back, start)
    if found is None and _after.match(lower, ending.end()):
        found = _apart.search(lower, back, start)
    if found is None or _is_given(lower, back, found):
        return None
    number = next(filter(None, found.groups()))
    return _NUMBERS.get(number) or int("".join(filter(str.isdigit, number)))


def _is_given(lower: str, back: int, found: re.Match[str]) -> bool:
    """Whether the length is that of a text which the request brings along."""
    said = found[0].lstrip()
    hangs = said.startswith((*_OF, found[found.lastindex or 0]))
    return hangs and _given.search(lower, back, found.start() + len(found[0]) - len(said)) is not None
