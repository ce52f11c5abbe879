"""Short answers ordered by their kind: "yes or no", "just the number", « un titre », "ein Tweet"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from sobrio.understand.alternation import any_of

_LEAST_TOKENS: Final = 4.0
_LINE_TOKENS: Final = 18.0
"""ASSUMED, as the others: a line 13 words, a title or a slogan 8, a tweet 40."""
_TITLE_TOKENS: Final = 11.0
_TWEET_TOKENS: Final = 56.0
_ORDER_CHARS: Final = 140
_LOOK_BACK: Final = 64
_TRIES: Final = 4

_SAYING: Final = any_of(
    "answer reply respond output return give say state tell provide print "
    "réponds répondez répondre donne donnez dis indique indiquez "
    "antworte antworten gib gebt nenne sag sage responde responda contesta conteste dame di indica"
)
_ONLY: Final = any_of(
    "just only simply solely juste seulement uniquement nur lediglich solo sólo solamente únicamente"
)
_WITH: Final = r"(?:(?:with|by|in|as|par|avec|en|mit|con) )?"
_ONE: Final = r"(?:(?:one|a single|une? seule?|ein\w* einzig\w*|una? sol[oa]) )"
_THE: Final = r"(?:(?:the|le|la|l['’]|d(?:er|ie|as|en|em)|el) ?)"
_MAKING: Final = any_of(
    "give suggest write propose find generate create make need want draft invent "
    "donne donnez trouve écris rédige invente gib schreib schreibe finde erfinde "
    "dame da escribe sugiere inventa redacta"
)
_TO_WHOM: Final = r"(?:[ -](?:me|us|moi|nous|mir|uns))?"
_AN: Final = r"(?:an?|one|the|une?|ein(?:en?|em|er)?|una?)"

_either = re.compile(rf"(?:^|\b{_SAYING}\b[^.!?\n]{{0,40}}[ (:]|[.!?:;,(\n] ?)[\"'«„“]?$")
_alone = re.compile(
    rf"(?:(?:^|\b{_SAYING}\b[^.!?\n]{{0,30}} |[.!?:;,(\n] ?){_ONLY} {_WITH}(?:{_ONE}|{_THE})?"
    rf"|\b{_SAYING}\b[^.!?\n]{{0,20}} (?:with|by|par|avec|mit|con) (?:{_ONLY} )?(?:{_ONE}|{_THE}|ein\w* ))"
    r"(?:[\w-]+ )?$"
)
_made = re.compile(rf"(?:\b{_MAKING}{_TO_WHOM} {_AN} |(?:^|[.!?\n] ?){_AN} )(?:[\w'’-]+ ){{0,2}}$")
_made_or_in = re.compile(rf"{_made.pattern}|\b(?:in|as|en|als|comme|como) {_AN} (?:[\w'’-]+ ){{0,2}}$")
_in = re.compile(r"\b(?:in|on|en|auf)(?: a)? $")
_one_liner = re.compile(rf"\b(?:{_AN}|{_MAKING}{_TO_WHOM}|in|de) (?:[\w'’-]+ ){{0,2}}$")
_ends = re.compile(
    r"n?[\"'»”)]*(?:\W*$|[ ]?[.,:;!?)\n]"
    r"| (?:please|only|to|s'il|bitte|por favor|if|si|ob|whether|from|between|entre|zwischen|von)\b)"
)
_or_not = re.compile(
    r"[\"'»”]?(?: ?/ ?| (?:or|ou|oder|o) )[\"'«„“]?(?:no|false|non|faux|nein|falsch|falso)\b" + _ends.pattern
)
_line_ends = re.compile(
    r"\W*$|[.,:;!?)\n]| (?:what|how|why|who|which|ce que|comment|pourquoi|was|wie|warum|qué|cómo)\b"
)
_of_text = re.compile(
    r"\W*$|[.:;!?)\n]| (?:for|about|on|to|of|that|which|announcing|in"
    r"|pour|sur|de|du|für|über|zu|zum|para|sobre)\b"
)
_goes_on = re.compile(r"[nrsm]? \w")
_several = re.compile(r"\b(?:each|every|chaque|chacune?|jede\w*|cada|then|puis|dann|luego)\b")
"""Who wants one of each, or something else besides, wants no short answer."""
_reasoned = re.compile(
    r"\b(?:step by step|explain|explanation|justif|reasoning|your work|why\b|expliq|pourquoi|étape"
    r"|begründ|erklär|warum|schritt|explic|razon|por qué|paso a paso)"
)
"""What makes more than a word or a number of an answer."""


class _Kind(NamedTuple):
    tokens: float
    before: re.Pattern[str]
    behind: re.Pattern[str]


_ORDERED: Final = (
    _Kind(_LEAST_TOKENS, _either, _or_not),
    _Kind(_LEAST_TOKENS, _alone, _ends),
    _Kind(_TITLE_TOKENS, _made, _of_text),
    _Kind(_TWEET_TOKENS, _made_or_in, _of_text),
    _Kind(_LINE_TOKENS, _in, _line_ends),
    _Kind(_LINE_TOKENS, _one_liner, _goes_on),
)
"""What chooses, what counts, a title, a tweet, one line, and a text of one line."""


def _kinds(*names: str) -> dict[str, _Kind]:
    """By name; those of one kind are apart by `|`."""
    return {name: kind for kind, each in zip(_ORDERED, names, strict=True) for name in each.split("|")}


_KINDS: Final[dict[str, dict[str, _Kind]]] = {
    "en": _kinds(
        "yes|true",
        "number|letter|digit",
        "title|headline|slogan|subject line",
        "tweet",
        "one line|single line",
        "one-line",
    ),
    "fr": _kinds(
        "oui|vrai",
        "nombre|chiffre|lettre",
        "titre|slogan",
        "tweet",
        "une ligne|une seule ligne",
        "d'une ligne",
    ),
    "de": _kinds(
        "ja|wahr|richtig",
        "zahl|ziffer|buchstabe",
        "titel|überschrift|slogan|betreff",
        "tweet",
        "einer zeile",
        "einzeilige",
    ),
    "es": _kinds(
        "sí|verdadero",
        "número|letra|cifra",
        "título|eslogan",
        "tweet",
        "una línea|una sola línea",
        "de una línea",
    ),
}


def brief_tokens(lower: str, language: str) -> float:
    """Tokens of the short answer that a text in small letters orders; NaN when it orders none.

    It is ordered in the beginning or at the end: a long text names much in between.
    """
    if len(lower) > 2 * _ORDER_CHARS:
        lower = f"{lower[:_ORDER_CHARS]}\n{lower[-_ORDER_CHARS:]}"
    for name, kind in _KINDS.get(language, _KINDS["en"]).items():
        if name in lower and _orders(lower, name, kind) and not _several.search(lower):
            thinks = kind.tokens <= _LEAST_TOKENS and _reasoned.search(lower)
            return math.nan if thinks else kind.tokens
    return math.nan


def _orders(lower: str, name: str, kind: _Kind) -> bool:
    """Whether any of the places where the name stands has around it what makes it an order."""
    return any(
        kind.before.search(lower[max(place - _LOOK_BACK, 0) : place])
        and kind.behind.match(lower, place + len(name))
        for place in _places(lower, name)
    )


def _places(lower: str, name: str) -> Iterator[int]:
    """The first few."""
    place = -1
    for _ in range(_TRIES):
        place = lower.find(name, place + 1)
        if place < 0:
            return
        yield place
