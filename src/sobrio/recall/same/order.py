"""Which way round things stand: from and to, who and whom, before and after."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sobrio.recall.same.reading import Reading

_TWO: Final = 2
_CROSSING: Final = ("target", "place")
_BE: Final = frozenset("is are was were be been being est sont ete etait etaient etre".split())  # noqa: SIM905
_CLASHING: Final = (frozenset({"source", "target"}), frozenset({"of", "target"}))


def order(a: Reading, b: Reading) -> tuple[float, float, float, float]:
    """(things whose role differs, whose role is the same, words turned round, things turned round)."""
    one, other = dict(a.roles), dict(b.roles)
    both = one.keys() & other.keys()
    clash = sum({one[thing], other[thing]} in _CLASHING for thing in both & {*a.things, *b.things})
    clash += _crossed(a, b, one, other)
    agree = sum(one[thing] == other[thing] for thing in both)
    turned = _turned(a.stems, b.stems, {}, {}, {}, frozenset())
    kinds = dict(zip(a.things, a.kinds, strict=True))
    things = _turned(a.things, b.things, one, other, kinds, a.joined | b.joined)
    passive = a.passive != b.passive
    shared = len(set(a.things) & set(b.things)) > 1
    round_about = (shared and (things > 0) != passive) or (exchanged(a, b) and not passive)
    other_way = round_about or compared_turned(a, b) or doer_turned(a, b) or doer_turned(b, a)
    return float(clash), float(agree), turned, float(other_way)


def _crossed(a: Reading, b: Reading, one: dict[str, str], other: dict[str, str]) -> bool:
    """ "A string to an integer" and "an integer to a string": what one text puts behind "to", the other does
    not, and the other way round."""
    shared = {*a.stems} & {*b.stems}
    return any(
        {x for x in shared if one.get(x) == role != other.get(x)}
        and {x for x in shared if other.get(x) == role != one.get(x)}
        for role in _CROSSING
    )


def compared_turned(a: Reading, b: Reading) -> bool:
    """What one text measures by the other thing, the other text measures by the one."""
    (before, behind), (other_before, other_behind) = a.compared, b.compared
    crossed = behind & other_before and other_behind & before
    return bool(crossed) and not behind & other_behind


def doer_turned(passive: Reading, active: Reading) -> bool:
    """ "Is the school paid by the teacher" and "does the school pay the teacher": who does it in the passive
    stands behind another in the active."""
    if not passive.passive or active.passive:
        return False
    doers = [thing for thing, role in passive.roles if role == "agent"]
    doer = next((place for place, stem in enumerate(active.stems) if stem in doers), 0)
    placed = {stem for stem, role in active.roles if role == "place"}
    return any(stem in passive.stems and stem not in placed for stem in active.stems[:doer])


def exchanged(a: Reading, b: Reading) -> bool:
    """The same content words, of which two that do not stand side by side have changed places: who and whom
    of a verb, but not "in Excel" moved to the front, nor a verb that changes its form where one text has a
    form of "be": that is the passive."""
    if len(a.stems) != len(b.stems) or Counter(a.stems) != Counter(b.stems):
        return False
    moved = [place for place, pair in enumerate(zip(a.stems, b.stems, strict=True)) if pair[0] != pair[1]]
    still = [place for place in range(len(a.stems)) if place not in moved]
    same_form = all(a.words[a.content[place]] == b.words[b.content[place]] for place in still)
    if len(moved) != _TWO or moved[1] - moved[0] == 1 or _adjuncts(a, b) & {a.stems[k] for k in moved}:
        return False
    return same_form or _BE.isdisjoint(a.words) == _BE.isdisjoint(b.words)


def _adjuncts(a: Reading, b: Reading) -> set[str]:
    """What a preposition of place or of belonging leads in one of the texts may stand anywhere."""
    return {thing for thing, role in (*a.roles, *b.roles) if role in {"place", "of"}}


def _turned(
    one: tuple[str, ...],
    other: tuple[str, ...],
    left: dict[str, str],
    right: dict[str, str],
    kinds: dict[str, str],
    joined: frozenset[frozenset[str]],
) -> float:
    """The share of pairs of shared words of one kind that stand the other way round.

    A pair of which one has the same role in both texts, and the other another, may stand either way; so may
    one with "and" between them.
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
    loose = told | {(x, y) for x, y in pairs if {x, y} in joined}
    return sum(places[x] > places[y] and (x, y) not in loose for x, y in pairs) / max(len(pairs), 1)


def _of_a_kind(x: str, y: str, kinds: dict[str, str]) -> bool:
    """A name of no group may be of any kind."""
    return not kinds.get(x) or not kinds.get(y) or kinds[x] == kinds[y]
