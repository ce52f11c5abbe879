"""Pairs made by rule from real questions: rewordings that keep the answer, small changes that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from sobrio.recall.same.reading import read
from sobrio.recall.same.train.changes import member, negated, number, opposite, turned
from sobrio.recall.same.train.forms import formed, narrowed
from sobrio.recall.same.train.pairs import Pair
from sobrio.recall.same.train.rewording import Chance, reworded

_CHANGES: Final[dict[str, Callable[[str, str, Chance], str | None]]] = {
    "same": reworded,
    "number": number,
    "entity": member,
    "antonym": opposite,
    "negation": negated,
    "direction": turned,
    "narrower": narrowed,
}


def made(texts: list[str], seed: int = 0) -> Iterator[Pair]:
    """Every change that applies to each text, once; the text's own number is its block."""
    chance = np.random.default_rng(seed)
    for place, text in enumerate(texts):
        language = "fr" if read(text).language == "fr" else "en"
        for family, change in _CHANGES.items():
            changed = change(text, language, chance)
            if changed and changed != text:
                block = f"made-{place}"
                kept = reworded(text, language, chance) if chance.random() < 0.5 else None
                yield Pair(kept or text, changed, family == "same", "made", family, block)
        yield from formed(text, language, chance, f"made-{place}")
