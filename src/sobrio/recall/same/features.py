"""A pair of questions as numbers: how far the words of one are found in the other, and what clashes."""

from __future__ import annotations

from typing import Final

from sobrio.recall.same.asking import kinds_clash, modes_clash, tenses_clash
from sobrio.recall.same.clashes import aspects, groups, names, numbers, opposites
from sobrio.recall.same.order import compared_turned, order
from sobrio.recall.same.overlap import Words, coverage, edges, lengths, likeness, spelling, weights
from sobrio.recall.same.reading import Reading

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
    "asks_other": -1,
    "asks_more": -1,
    "modes": -1,
    "tenses": -1,
    "first_shared": 1,
    "last_shared": 1,
    "clash": -1,
    "clash_covered": -1,
    "covered_squared": 0,
    "average_covered": 0,
    "clean": 1,
    "denied": -1,
}
"""Every feature is the same for (a, b) and (b, a)."""

CLASHES: Final = (
    *(
        "negation",
        "opposites",
        "swapped_members",
        "swapped_form",
        "added_form",
        "swapped_numbers",
        "added_numbers",
    ),
    *("counted", "roles_clash", "names_turned", "swapped_names", "language", "asks_other", "modes", "tenses"),
)
"""What takes some of the score however few examples the training has."""
_SMALL_GAP: Final = 0.2
_GAP_OF_NOT: Final = 0.35
"""What a denying word alone, which is common, leaves uncovered."""


def features(a: Reading, b: Reading, sentence: float, words: Words) -> list[float]:
    """In the order of `NAMES`."""
    alike = likeness(a, b, words)
    left, right = weights(a, words), weights(b, words)
    against, way_round = _both_ways(a, b)
    found = [
        sentence,
        *coverage(alike, left, right, a, b, words),
        spelling(a, b),
        *lengths(a, b),
        *aspects(a, b),
        float(a.negated != b.negated),
        *against,
        *groups(a, b, alike),
        *numbers(a, b),
        *way_round,
        *names(a, b, alike),
        float(bool(a.language and b.language) and a.language != b.language),
        len(a.pronouns ^ b.pronouns) / 3,
        float(a.only != b.only),
        float(kinds_clash(a.asking, b.asking)),
        float(bool(a.asking.kind) != bool(b.asking.kind)),
        float(modes_clash(a.asking, b.asking)),
        float(tenses_clash(a.asking, b.asking)),
        *edges(alike),
    ]
    return found + _together(dict(zip(NAMES, found, strict=False)), more_denied=a.denials != b.denials)


def _both_ways(a: Reading, b: Reading) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Opposites and order; "heavier than" turned round is "lighter than"."""
    against, way_round = opposites(a, b), order(a, b)
    if against[0] and compared_turned(a, b):
        return (0.0, 0.0), (*way_round[:-1], 0.0)
    return against, way_round


def _together(found: dict[str, float], *, more_denied: bool) -> list[float]:
    """What counts most where everything else agrees."""
    clash = float(any(found[name] for name in CLASHES))
    covered = found["covered_least"]
    clean = float(not clash and found["gap_least"] < _SMALL_GAP)
    denied = float(more_denied and found["gap_most"] < _GAP_OF_NOT)
    return [clash, clash * covered, covered**2, found["average"] * covered, clean, denied]
