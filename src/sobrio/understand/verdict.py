"""What became of labels: whether they rank prompts, set the level only, or both in part; and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sobrio.understand.lesson import Lesson
from sobrio.understand.levels import Levels

LEAST_ROWS: Final = 12
"""Prompts labelled for the same models, below which only the level is learnt."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """On models labelled on the same prompts."""

    models: tuple[str, ...]
    labels: float
    """Prompts, as if all of them counted the same; 0 where too few have labels of the same models."""
    luck: float | None
    """Chance that labels dealt out at random would tell as much; `None`: too few, or too alike, to tell."""
    believed: float
    """Share in [0, 1] that the ranking of prompts follows the labels, not the default."""

    @property
    def kept(self) -> Literal["labels", "both", "default"]:
        """What ranks prompts now."""
        if self.believed <= 0.0:
            return "default"
        return "labels" if self.believed >= 1.0 else "both"

    @property
    def why(self) -> str:
        if not self.labels:
            return f"the default's ranking is kept: fewer than {LEAST_ROWS} labelled prompts set a level only"
        if self.luck is None:
            return "the default's ranking is kept, drawn to the labels' mean: labels so alike rank no prompt"
        found = f"labels dealt out at random would agree as well with a chance of {self.luck:.0%}"
        if self.kept == "both":
            return f"the ranking is {self.believed:.0%} the labels', else the default's: {found}"
        whose = "labels'" if self.kept == "labels" else "default's"
        return f"the {whose} ranking is kept: {found}"


def verdicts(lessons: Sequence[Lesson], levels: Levels) -> tuple[Verdict, ...]:
    """One per lesson, with models in the order they came, then one for those with too few labels for any."""
    found = [
        Verdict(
            tuple(name for name in levels.names if name in each.names),
            each.labels,
            None if math.isnan(each.luck) else each.luck,
            each.believed,
        )
        for each in lessons
    ]
    taught = {name for lesson in lessons for name in lesson.names}
    labelled = [levels.names[place] for _, place in levels.places(levels.names)]
    few = tuple(name for name in labelled if name not in taught)
    return (*found, Verdict(few, 0.0, None, 0.0)) if few else tuple(found)
