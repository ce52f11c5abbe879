"""Patterns for any of many words: branched by letter, which is matched far faster than word after word."""

from __future__ import annotations

import re
from collections.abc import Sequence


def any_of(words: str) -> str:
    """A pattern without capturing groups that prefers the first of `words` that fits, as `a|b|c` does.

    Words with a common beginning keep their order; of others, no two fit at one place.
    """
    return _branched(words.split())


def _branched(words: Sequence[str]) -> str:
    by_letter: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        by_letter.setdefault(word[:1], []).append(word[1:])
    branches = [
        re.escape(letter) + (_branched(rests) if any(rests) else "") for letter, rests in by_letter.items()
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
