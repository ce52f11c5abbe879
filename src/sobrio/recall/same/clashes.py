"""What one question says and the other denies, changes or leaves out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.same.lexicon import lexicon, stem
from sobrio.recall.same.overlap import SENSE
from sobrio.recall.same.reading import Reading

Floats = NDArray[np.float64]

_FORM: Final = frozenset({"format", "reply", "style", "language"})
_PREFIXES: Final = (
    "un",
    "in",
    "im",
    "ir",
    "il",
    "dis",
    "non",
    "de",
    "des",
    "mal",
    "mis",
    "anti",
    "a",
    "hypo",
)
_NONE: Final[frozenset[tuple[int, int]]] = frozenset()


def aspects(a: Reading, b: Reading) -> tuple[float, float, float]:
    """(share of aspects in common, both texts ask for what the other does not, one of them does)."""
    one, other = a.aspects - b.aspects, b.aspects - a.aspects
    common = len(a.aspects & b.aspects) / max(len(a.aspects | b.aspects), 1)
    return common, float(bool(one and other)), float(bool(one) != bool(other))


def opposites(a: Reading, b: Reading) -> tuple[float, float]:
    """Words of one text alone: on opposite sides of a line; alone on its second, mostly denying, side."""
    left, right = set(a.words) - set(b.words), set(b.words) - set(a.words)
    one, other = _sides(left), _sides(right)
    clashes = sum((line, 1 - side) in other for line, side in one)
    clashes += _negated_prefix(a, b) + _negated_prefix(b, a)
    lone = sum(line not in {at for at, _ in other} for line, side in one if side == 1)
    lone += sum(line not in {at for at, _ in one} for line, side in other if side == 1)
    return min(2.0, float(clashes)), min(2.0, float(lone))


def _sides(words: set[str]) -> set[tuple[int, int]]:
    known = lexicon().sides
    return {side for word in words for side in known.get(word) or known.get(stem(word)) or _NONE}


def _negated_prefix(a: Reading, b: Reading) -> int:
    rest = set(a.stems) - set(b.stems)
    return sum(
        prefix + stem in rest for stem in set(b.stems) - set(a.stems) if len(stem) > 3 for prefix in _PREFIXES
    )


def groups(a: Reading, b: Reading, likeness: Floats) -> tuple[float, float, float, float]:
    """(members swapped, members only one text has) for things, then for form, style and language."""
    one, other = set(a.members) - set(b.members), set(b.members) - set(a.members)
    swapped = {group for group, _ in one} & {group for group, _ in other}
    added = {group for group, _ in one} ^ {group for group, _ in other}
    if _asks_for_form(a) and _asks_for_form(b):
        added.discard("reply")
    return (
        float(len(swapped - _FORM)),
        float(len(added - _FORM)),
        float(max(len(swapped & _FORM), _other_piece(a, b, likeness))),
        float(len(added & _FORM)),
    )


def _asks_for_form(reading: Reading) -> bool:
    return any(group in _FORM for group, _ in reading.members)


def _other_piece(a: Reading, b: Reading, likeness: Floats) -> bool:
    """Both texts want something written, and no word for it is met in the other."""
    if not a.piece or not b.piece:
        return False
    return bool(likeness[np.ix_(sorted(a.piece), sorted(b.piece))].max() < SENSE)


def numbers(a: Reading, b: Reading) -> tuple[float, float, float]:
    """(both have numbers the other lacks, one has, a number counts something else)."""
    one, other = a.numbers - b.numbers, b.numbers - a.numbers
    return float(bool(one and other)), float(bool(one) != bool(other)), float(_counts_differ(a, b))


def _counts_differ(a: Reading, b: Reading) -> bool:
    """One number counts two things, or one thing is counted twice; what both texts hold aside."""
    one, other = a.counted - b.counted, b.counted - a.counted
    return any((n == m) != (x == y) for n, x in one for m, y in other)


def names(a: Reading, b: Reading, likeness: Floats) -> tuple[float, float]:
    """Names in one text with nothing like them in the other: (in both, in one)."""
    one, other = _unmet(a, likeness), _unmet(b, likeness.T)
    return float(bool(one and other)), float(bool(one) != bool(other))


def _unmet(reading: Reading, likeness: Floats) -> int:
    if not likeness.size:
        return len(reading.names)
    best = likeness.max(axis=1)
    return sum(stem in reading.names and best[k] < SENSE for k, stem in enumerate(reading.stems))
