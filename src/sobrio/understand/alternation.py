"""Patterns for any of many words: branched by letter, which is matched far faster than word after word."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """A pattern without capturing groups that prefers the first of `words` that fit, as `a|b|c` does.

    Words with a common beginning keep their order; of others, no two fit at one place.
    """
    by_letter: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        by_letter.setdefault(word[:1], []).append(word[1:])
    branches = [_branch(letter, rests) for letter, rests in by_letter.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _branch(letter: str, rests: list[str]) -> str:
    return re.escape(letter) + (any_of(rests) if any(rests) else "")
