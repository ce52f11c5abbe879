"""Which way round things stand: from and to, who and whom, before and after."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sobrio.recall.same.reading import Reading

_TWO: Final = 2
_CLASHING: Final = (frozenset({"source", "target"}), frozenset({"of", "target"}))


def order(a: Reading, b: Reading) -> tuple[float, float, float, float]:
    """(things whose role differs, whose role is the same, words turned round, things turned round)."""
    one, other = dict(a.roles), dict(b.roles)
    both = one.keys() & other.keys()
    clash = sum({one[thing], other[thing]} in _CLASHING for thing in both & {*a.things, *b.things})
    agree = sum(one[thing] == other[thing] for thing in both)
    turned = _turned(a.stems, b.stems, {}, {}, {})
    kinds = dict(zip(a.things, a.kinds, strict=True))
    things = _turned(a.things, b.things, one, other, kinds)
    passive = a.passive != b.passive
    shared = len(set(a.things) & set(b.things)) > 1
    round_about = (shared and (things > 0) != passive) or (exchanged(a, b) and not passive)
    return float(clash), float(agree), turned, float(round_about or compared_turned(a, b))


def compared_turned(a: Reading, b: Reading) -> bool:
    """What one text measures by the other thing, the other text measures by the one."""
    (before, behind), (other_before, other_behind) = a.compared, b.compared
    crossed = behind & other_before and other_behind & before
    return bool(crossed) and not behind & other_behind


def exchanged(a: Reading, b: Reading) -> bool:
    """The same content words, of which two that do not stand side by side have changed places: who and whom
    of a verb, but not "in Excel" moved to the front."""
    if len(a.stems) != len(b.stems) or Counter(a.stems) != Counter(b.stems):
        return False
    moved = [place for place, pair in enumerate(zip(a.stems, b.stems, strict=True)) if pair[0] != pair[1]]
    return len(moved) == _TWO and moved[1] - moved[0] > 1


def _turned(
    one: tuple[str, ...],
    other: tuple[str, ...],
    left: dict[str, str],
    right: dict[str, str],
    kinds: dict[str, str],
) -> float:
    """The share of pairs of shared words of one kind that stand the other way round.

    A pair of which one has the same role in both texts, and the other another, may stand either way.
    """
    common = [word for word in one if one.count(word) == 1 and other.count(word) == 1]
    places = {word: other.index(word) for word in common}
    firm = {word for word in common if word in left and left[word] == right.get(word)}
    pairs = [(x, y) for k, x in enumerate(common) for y in common[k + 1 :] if _of_a_kind(x, y, kinds)]
    told = {
        (x, y)
        for x, y in pairs
        if (x in firm or y in firm) and left.get(x) != left.get(y) and right.get(x) != right.get(y)
    }
    return sum(places[x] > places[y] and (x, y) not in told for x, y in pairs) / max(len(pairs), 1)


def _of_a_kind(x: str, y: str, kinds: dict[str, str]) -> bool:
    """A name of no group may be of any kind."""
    return not kinds.get(x) or not kinds.get(y) or kinds[x] == kinds[y]
