"""How often a length is ordered: "500 words each", "two sentences per fruit", "3 chapters of 500 words"."""

from __future__ import annotations

import math
import re
from typing import Final

from sobrio.understand.numerals import NUMERAL, number_of

_MOST: Final = 100
_NEAR: Final = 48
_EACH: Final = r"(?:each|chac\w+|jede[rsnm]?|jeweils|cada un[oa])"
_HAVING: Final = r"(?:of|with|de|d['’]|avec|von|mit|zu|con|à)"
_each_behind = re.compile(r",? (?:each|apiece|chacune?|jeweils|cada un[oa])\b")
_each_before = re.compile(rf"\b(?:{_EACH}(?: \w+)?|je)[ ,]*(?:{_HAVING} ?)?$")
_of_each = re.compile(rf"\b{_EACH} (?:of|de|des|der|von)(?: \w+)? ({NUMERAL})\b")
_per = re.compile(
    r" (?:per|(?:for )?(?:each|every)|par|(?:pour )?chaque|pro|für jede[snm]?|por(?: cada)?|(?:para )?cada"
    r"|an?(?= (?:day|night|week|month|year|hour|minute)))(?! (?:favor|exemple|ejemplo|un[oa]\b)) (\w{3})"
)
_parts = re.compile(rf"(?<![\w.,])({NUMERAL})[ -]((?:\w+ )?[^\W\d]{{3,}})")
_parts_of = re.compile(rf"(?<![\w.,])({NUMERAL}) (?:\w+ )?[^\W\d]{{3,}} {_HAVING} ?(?:\w+ )?$")


def times_ordered(before: str, behind: str) -> float | None:
    """For a length between the two, both in small letters; `None` when nobody says how many there are."""
    counts = _counts(before, behind)
    times = number_of(counts[-1]) if counts else math.inf
    return times if times <= _MOST else None


def _counts(before: str, behind: str) -> list[str]:
    of_each = _of_each.search(f"{before}\n{behind[:_NEAR]}")
    if of_each:
        return [of_each[1]]
    per = _per.match(behind)
    if per:
        named = [each[1] for each in _parts.finditer(before) if f" {per[1]}" in f" {each[2]}"]
        if named or not _each_behind.match(behind):
            return named
    if _each_behind.match(behind) or _each_before.search(before):
        return [each[1] for each in _parts.finditer(before)]
    parts = _parts_of.search(before)
    return [parts[1] if parts else "1"]
