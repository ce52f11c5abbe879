"""By how much labels lie above what was expected, model by model, and what of it other models share.

A traffic is harder or easier than training for every model alike, and a model is better or worse than its
facts say: what is measured is their sum. Models without labels are moved by the part in common alone, and
labels of one kind of prompts move nothing at another (`reach.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sobrio.understand.lesson import PRIOR_LABELS, chances
from sobrio.understand.outcomes import Outcomes
from sobrio.understand.reach import Reach, reach_of
from sobrio.understand.views import Floats

_OWN: Final = 0.25
"""Variance of what is a model's own, against that of what a traffic's models have in common."""
_LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Levels:
    """One row or entry per labelled model."""

    names: tuple[str, ...]
    traits: Floats
    """Shape (models, facts + 1), as `chances` wants them."""
    above: Floats
    """Score and ln tokens above what was expected, shrunk, shape (models, 2)."""
    sure: Floats
    """The share of each that shrinking left, shape (models, 2)."""
    reach: Reach

    def places(self, names: Sequence[str], of: int = 0) -> list[tuple[int, int]]:
        """(place among `names`, place here) of those with labels; `of` is 0 for scores and 1 for lengths."""
        here = {name: place for place, name in enumerate(self.names) if self.sure[place, of] > 0}
        return [(column, here[name]) for column, name in enumerate(names) if name in here]

    def felt(self, moves: Floats, near: Floats, names: Sequence[str], of: int = 0) -> Floats:
        """By how much labels move each of `names`, shape (prompts, names).

        `moves` is by how much they move each labelled model where they are `near`, both of shape (prompts,
        models). Where they are not, it moves as a model without labels does: by a mean of what the others
        move, shrunk by what may be each one's own, the surest and nearest of which count most. It never
        lies further off than one of them.
        """
        sure = self.sure[:, of]
        weights = near * sure / max(float(sure.max()), _LEAST)
        shared = (weights * near * moves).sum(axis=1) / (weights.sum(axis=1) + _OWN)
        felt = np.repeat(shared[:, None], len(names), axis=1)
        for column, place in self.places(names, of):
            felt[:, column] += near[:, place] * (moves[:, place] - shared)
        return felt


def levels_of(known: Outcomes) -> Levels:
    errors = known.scores - chances(known.prompts, known.traits)
    found = [_shrunk_mean(each, known.weights) for each in (errors, known.ln_errors)]
    above, sure = (np.column_stack(each) for each in zip(*found, strict=True))
    labelled = np.isfinite(known.scores) | np.isfinite(known.ln_errors)
    reach = reach_of(known.prompts, labelled * known.weights[:, None])
    return Levels(known.names, known.traits, above, sure, reach)


def narrowed(spread: Floats, near: Floats) -> Floats:
    """Logits that an expectation may lie off, after so many labels near the prompt."""
    return np.asarray(spread * np.sqrt(PRIOR_LABELS / (PRIOR_LABELS + np.maximum(near, 0.0))))


def _shrunk_mean(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(values) * weights[:, None]
    counts = known.sum(axis=0)
    share = 1.0 / (counts + PRIOR_LABELS)
    return (np.nan_to_num(values) * known).sum(axis=0) * share, counts * share
