"""Numbers as requests write them: "1,500", "twenty-five", « deux cents », "fünfhundert", "dos mil"."""

from __future__ import annotations

import re
from typing import Final

from sobrio.understand.alternation import any_of

_SMALL: Final = (
    "one un une ein eine einem einen einer uno una",
    "two deux zwei dos",
    "three trois drei tres",
    "four quatre vier cuatro",
    "five cinq fünf cinco",
    "six sechs seis",
    "seven sept sieben siete",
    "eight huit acht ocho",
    "nine neuf neun nueve",
    "ten dix zehn diez",
    "eleven onze elf once",
    "twelve douze zwölf doce",
    "thirteen treize dreizehn trece",
    "fourteen quatorze vierzehn catorce",
    "fifteen quinze fünfzehn quince",
    "sixteen seize sechzehn dieciséis",
    "seventeen siebzehn diecisiete",
    "eighteen achtzehn dieciocho",
    "nineteen neunzehn diecinueve",
    "twenty vingt zwanzig veinte",
)
"""From one on."""
_TENS: Final = (
    "thirty trente dreißig dreissig treinta",
    "forty quarante vierzig cuarenta",
    "fifty cinquante fünfzig cincuenta",
    "sixty soixante sechzig sesenta",
    "seventy siebzig setenta",
    "eighty quatre-vingt quatre-vingts achtzig ochenta",
    "ninety neunzig noventa",
)
"""From thirty on."""
_HUNDREDS: Final = ("dosc", "tresc", "cuatroc", "quin", "seisc", "setec", "ochoc", "novec")
"""Spanish, from two hundred on."""
_SCALES: Final[dict[str, float]] = {
    name: scale
    for scale, names in {
        0.5: "half demi demie halbe halben halber media medio",
        1: "single seul seule einzige einzigen einziges einzelnen solo sola",
        2: "couple",
        10: "dizaine decena",
        12: "dozen douzaine dutzend docena",
        15: "quinzaine quincena",
        20: "vingtaine veintena",
        30: "trentaine",
        40: "quarantaine",
        50: "cinquantaine",
        60: "soixantaine",
        100: "hundred cent cents centaine hundert cien ciento centenar",
    }.items()
    for name in names.split()
}
"""What multiplies the number before it."""
_THOUSAND: Final = frozenset(("thousand", "mille", "millier", "tausend", "mil", "millar"))
_VALUES: Final[dict[str, float]] = {
    **{name: value for value, names in enumerate(_SMALL, start=1) for name in names.split()},
    **{name: 10 * value for value, names in enumerate(_TENS, start=3) for name in names.split()},
    **{f"{stem}ient{each}s": 100 * value for value, stem in enumerate(_HUNDREDS, start=2) for each in "ao"},
}
_name = any_of(" ".join(sorted((*_VALUES, *_SCALES, *_THOUSAND), key=len, reverse=True)))
NUMERAL: Final = (
    r"(?:\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+|\d{1,6}|"
    rf"{_name}(?:(?:[ -]| and | et | und | y |und|){_name})*)"
)
"""A pattern without groups, for text in small letters; what stands around it is the caller's affair."""
_names = re.compile(rf"(?:und)?({_name})")


def number_of(numeral: str) -> float:
    """The value of what `NUMERAL` matches."""
    if numeral[0].isdigit():
        return float("".join(filter(str.isdigit, numeral)))
    total, below = 0.0, 0.0
    for name in _names.findall(numeral):
        if name in _THOUSAND:
            total, below = total + max(below, 1.0) * 1_000, 0.0
        elif name in _SCALES:
            below = max(below, 1.0) * _SCALES[name]
        else:
            below += _VALUES[name]
    return total + below
