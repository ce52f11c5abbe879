"""A pair of questions as numbers: how far the words of one are found in the other, and what clashes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.recall.same.lexicon import lexicon, stem
from sobrio.recall.same.reading import Reading

Floats = NDArray[np.float64]

NAMES: Final[dict[str, int]] = {
    # name: the direction in which it speaks for the same answer (0 = either)
    "sentence": 1,
    "average": 1,
    "covered_least": 1,
    "covered_most": 1,
    "shared": 1,
    "shared_rare": 1,
    "gap_least": -1,
    "gap_most": -1,
    "missing_least": -1,
    "missing_most": -1,
    "gaps_alike": 0,
    "spelling": 1,
    "length_ratio": 0,
    "shorter": 0,
    "aspects": 1,
    "swapped_aspects": -1,
    "added_aspects": -1,
    "negation": -1,
    "opposites": -1,
    "lone_opposites": -1,
    "swapped_members": -1,
    "added_members": -1,
    "swapped_form": -1,
    "added_form": -1,
    "swapped_numbers": -1,
    "added_numbers": -1,
    "counted": -1,
    "roles_clash": -1,
    "roles_agree": 0,
    "inversions": -1,
    "names_turned": -1,
    "swapped_names": -1,
    "added_names": -1,
    "language": -1,
    "pronouns": -1,
    "only": -1,
    "first_shared": 1,
    "last_shared": 1,
    "clash": -1,
    "clash_covered": -1,
    "covered_squared": 0,
    "average_covered": 0,
    "clean": 1,
}
"""Every feature is the same for (a, b) and (b, a)."""

_CLASHING: Final = (frozenset({"source", "target"}), frozenset({"of", "target"}))
_FORM: Final = frozenset({"format", "style", "language"})
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
_CLASHES: Final = (
    *(
        "negation",
        "opposites",
        "swapped_members",
        "swapped_form",
        "added_form",
        "swapped_numbers",
        "added_numbers",
    ),
    *("counted", "roles_clash", "names_turned", "swapped_names", "language"),
)
_NONE: Final[frozenset[tuple[int, int]]] = frozenset()
_SMALL_GAP: Final = 0.2
_SENSE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Words:
    """Weights of words by stem (1 = rare) and their unit vectors."""

    weights: Mapping[str, float]
    vectors: Callable[[tuple[str, ...]], NDArray[np.float32]]


def features(a: Reading, b: Reading, sentence: float, words: Words) -> list[float]:
    """In the order of `NAMES`."""
    likeness = _likeness(a, b, words)
    left, right = _weights(a, words), _weights(b, words)
    found = [
        sentence,
        *_coverage(likeness, left, right, a, b, words),
        _spelling(a, b),
        *_lengths(a, b),
        *_aspects(a, b),
        float(a.negated != b.negated),
        *_opposites(a, b),
        *_groups(a, b),
        *_numbers(a, b),
        *_order(a, b),
        *_names(a, b, likeness),
        float(bool(a.language and b.language) and a.language != b.language),
        len(a.pronouns ^ b.pronouns) / 3,
        float(a.only != b.only),
        *_edges(likeness),
    ]
    return found + _together(dict(zip(NAMES, found, strict=False)))


def _together(found: dict[str, float]) -> list[float]:
    """What counts most where everything else agrees."""
    clash = float(any(found[name] for name in _CLASHES))
    covered = found["covered_least"]
    clean = float(not clash and found["gap_least"] < _SMALL_GAP)
    return [clash, clash * covered, covered**2, found["average"] * covered, clean]


def _weights(reading: Reading, words: Words) -> Floats:
    return np.array([words.weights.get(stem, 1.0) for stem in reading.stems])


def _likeness(a: Reading, b: Reading, words: Words) -> Floats:
    """Of each content word of a to each of b: 1 the same, near it one meaning, 0 opposite or exclusive."""
    found: Floats = (_vectors(a, words) @ _vectors(b, words).T).astype(float).clip(0.0, 0.95)
    for i, one in enumerate(a.stems):
        for j, other in enumerate(b.stems):
            if one == other or _kin(one, other):
                found[i, j] = 1.0
            elif a.senses[i] and b.senses[j] and a.senses[i] & b.senses[j]:
                found[i, j] = max(found[i, j], _SENSE)
    return found


def _vectors(reading: Reading, words: Words) -> NDArray[np.float32]:
    return words.vectors(tuple(reading.words[place] for place in reading.content))


@lru_cache(maxsize=100_000)
def _kin(one: str, other: str) -> bool:
    """One stem is the beginning of the other, or they differ in a letter of the ending only."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 4:
        return False
    return longer.startswith(shorter) and len(longer) - len(shorter) <= 3


def _coverage(
    likeness: Floats, left: Floats, right: Floats, a: Reading, b: Reading, words: Words
) -> list[float]:
    if not len(left) or not len(right):
        same = float(len(left) == len(right))
        return [same, same, same, same, same, 1 - same, 1 - same, 1 - same, 1 - same, 0.0]
    best_left, best_right = likeness.max(axis=1), likeness.max(axis=0)
    covered = (best_left @ left / left.sum(), best_right @ right / right.sum())
    exact_left, exact_right = best_left >= _SENSE, best_right >= _SENSE
    shared = (exact_left @ left + exact_right @ right) / (left.sum() + right.sum())
    rare = max(float((exact_left * left).max()), float((exact_right * right).max()))
    gaps_left, gaps_right = left * (1 - best_left), right * (1 - best_right)
    gap = (float(gaps_left.max()), float(gaps_right.max()))
    missing = (float(gaps_left.sum()), float(gaps_right.sum()))
    alike = float(likeness[gaps_left.argmax(), gaps_right.argmax()]) if min(gap) > 0.1 else 1.0
    average = _average(a, b, left, right, words)
    return [
        average,
        min(covered),
        max(covered),
        float(shared),
        rare,
        min(gap),
        max(gap),
        min(missing),
        max(missing),
        alike,
    ]


def _average(a: Reading, b: Reading, left: Floats, right: Floats, words: Words) -> float:
    one, other = left @ _vectors(a, words), right @ _vectors(b, words)
    length = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / length if length else 0.0


def _spelling(a: Reading, b: Reading) -> float:
    """Dice's coefficient of runs of four characters."""
    one, other = _runs(a.words), _runs(b.words)
    return 2 * len(one & other) / max(len(one) + len(other), 1)


@lru_cache(maxsize=20_000)
def _runs(words: tuple[str, ...]) -> frozenset[str]:
    text = f" {' '.join(words)} "
    return frozenset(text[place : place + 4] for place in range(len(text) - 3))


def _lengths(a: Reading, b: Reading) -> tuple[float, float]:
    short, long = sorted((len(a.content), len(b.content)))
    return (short + 1) / (long + 1), min(short, 10) / 10


def _aspects(a: Reading, b: Reading) -> tuple[float, float, float]:
    """(share of aspects in common, both texts ask for what the other does not, one of them does)."""
    one, other = a.aspects - b.aspects, b.aspects - a.aspects
    common = len(a.aspects & b.aspects) / max(len(a.aspects | b.aspects), 1)
    return common, float(bool(one and other)), float(bool(one) != bool(other))


def _opposites(a: Reading, b: Reading) -> tuple[float, float]:
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


def _groups(a: Reading, b: Reading) -> tuple[float, float, float, float]:
    """(members swapped, members only one text has) for things, then for form, style and language."""
    one, other = set(a.members) - set(b.members), set(b.members) - set(a.members)
    swapped = {group for group, _ in one} & {group for group, _ in other}
    added = {group for group, _ in one} ^ {group for group, _ in other}
    return (
        float(len(swapped - _FORM)),
        float(len(added - _FORM)),
        float(len(swapped & _FORM)),
        float(len(added & _FORM)),
    )


def _numbers(a: Reading, b: Reading) -> tuple[float, float, float]:
    """(both have numbers the other lacks, one has, a number counts something else)."""
    one, other = a.numbers - b.numbers, b.numbers - a.numbers
    return float(bool(one and other)), float(bool(one) != bool(other)), float(_counts_differ(a, b))


def _counts_differ(a: Reading, b: Reading) -> bool:
    """One number counts two things, or one thing is counted twice; what both texts hold aside."""
    one, other = a.counted - b.counted, b.counted - a.counted
    return any((n == m) != (x == y) for n, x in one for m, y in other)


def _order(a: Reading, b: Reading) -> tuple[float, float, float, float]:
    """(things whose role differs, whose role is the same, words turned round, things turned round)."""
    one, other = dict(a.roles), dict(b.roles)
    both = one.keys() & other.keys()
    clash = sum({one[thing], other[thing]} in _CLASHING for thing in both & {*a.things, *b.things})
    agree = sum(one[thing] == other[thing] for thing in both)
    turned = _turned(a.stems, b.stems, {}, {})
    things = _turned(a.things, b.things, one, other)
    passive = a.passive != b.passive
    shared = len(set(a.things) & set(b.things)) > 1
    return float(clash), float(agree), turned, float(shared and (things > 0) != passive)


def _turned(
    one: tuple[str, ...], other: tuple[str, ...], left: dict[str, str], right: dict[str, str]
) -> float:
    """The share of pairs of shared words that stand the other way round.

    A pair of which one has the same role in both texts, and the other another, may stand either way.
    """
    common = [word for word in one if one.count(word) == 1 and other.count(word) == 1]
    places = {word: other.index(word) for word in common}
    firm = {word for word in common if word in left and left[word] == right.get(word)}
    pairs = [(x, y) for k, x in enumerate(common) for y in common[k + 1 :]]
    told = {
        (x, y)
        for x, y in pairs
        if (x in firm or y in firm) and left.get(x) != left.get(y) and right.get(x) != right.get(y)
    }
    return sum(places[x] > places[y] and (x, y) not in told for x, y in pairs) / max(len(pairs), 1)


def _names(a: Reading, b: Reading, likeness: Floats) -> tuple[float, float]:
    """Names in one text with nothing like them in the other: (in both, in one)."""
    one, other = _unmet(a, likeness), _unmet(b, likeness.T)
    return float(bool(one and other)), float(bool(one) != bool(other))


def _unmet(reading: Reading, likeness: Floats) -> int:
    if not likeness.size:
        return len(reading.names)
    best = likeness.max(axis=1)
    return sum(stem in reading.names and best[k] < _SENSE for k, stem in enumerate(reading.stems))


def _edges(likeness: Floats) -> tuple[float, float]:
    """How well the first and the last content words are met."""
    if not likeness.size:
        return 0.0, 0.0
    first = min(likeness[0].max(), likeness[:, 0].max())
    last = min(likeness[-1].max(), likeness[:, -1].max())
    return float(first), float(last)
