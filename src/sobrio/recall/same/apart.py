"""What sets a question apart from several others at once."""

from __future__ import annotations

from collections.abc import Sequence

from sobrio.recall.same.order import order
from sobrio.recall.same.overlap import kin
from sobrio.recall.same.reading import Reading, read


def apart(question: str, kept: Sequence[str]) -> bool:
    """Whether it has what none of them has, lacks what all of them have, or turns the words of each round.

    What it may have or lack is a content word, in no form and in no word of its meaning, a number, a
    negation, an "only", or something asked for. Another question differs from all rewordings of one by the
    same word, so that their scores err together: "largest" is in no way to ask for a capital.
    """
    new, others = read(question), [read(text) for text in kept]
    return _has_more(new, others) or _lacks(new, others) or all(_turned(new, other) for other in others)


def _has_more(new: Reading, others: Sequence[Reading]) -> bool:
    known = frozenset[str]().union(*map(_marks, others))
    return not _marks(new) <= known or any(
        not any(_says(other, new, place) for other in others) for place in range(len(new.stems))
    )


def _lacks(new: Reading, others: Sequence[Reading]) -> bool:
    first = others[0]
    shared = _marks(first).intersection(*map(_marks, others))
    return not shared <= _marks(new) or any(
        not _says(new, first, place) and all(_says(other, first, place) for other in others)
        for place in range(len(first.stems))
    )


def _says(reading: Reading, of: Reading, place: int) -> bool:
    """Whether it has a content word of another, or one of the same meaning."""
    wanted, senses = of.stems[place], of.senses[place]
    return any(
        wanted == found or kin(wanted, found, named=False) or not senses.isdisjoint(meant)
        for found, meant in zip(reading.stems, reading.senses, strict=True)
    )


def _marks(reading: Reading) -> frozenset[str]:
    """What is said without a content word."""
    said = {"not": reading.negated, "only": reading.only}
    return frozenset((*reading.aspects, *reading.numbers, *(word for word, yes in said.items() if yes)))


def _turned(one: Reading, other: Reading) -> bool:
    _, _, words, things = order(one, other)
    return words > 0 or things > 0
