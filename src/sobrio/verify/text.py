"""Text as a reader compares it: without case, accents and punctuation; and the numbers in it."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(
    r"""(?<![\w.,])[-+−]?                     # not inside a word or another number
        (?:\d{1,3}(?:[,\u00a0\u202f\u2009 ']\d{3})+(?!\d)|\d+)   # grouped by thousands, or plain
        (?:[.,]\d+)?(?![\d])""",
    re.VERBOSE,
)
_GROUPING = re.compile(r"[\u00a0\u202f\u2009 ']")


def normal(text: str) -> str:
    """Case folded, accents off, everything but letters and digits one space: `L'Été!` is `l ete`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare.casefold()).split())


def says(text: str, phrase: str) -> bool:
    """`phrase` occurs in `text` as whole words."""
    return f" {normal(phrase)} " in f" {normal(text)} "


def numbers(text: str) -> tuple[float, ...]:
    """The numbers in `text`, in order, in English or French notation.

    A comma before exactly three last digits groups thousands (`1,234`); any other comma is a decimal
    comma (`3,5`).
    """
    return tuple(_value(match.group()) for match in _NUMBER.finditer(text))


def _value(digits: str) -> float:
    plain = _GROUPING.sub("", digits.replace("−", "-"))
    if "," in plain and ("." in plain or re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+", plain)):
        plain = plain.replace(",", "")
    return float(plain.replace(",", "."))
