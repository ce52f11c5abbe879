"""Making one model known from few labels: which prompts to label next, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import default_encoder
from sobrio.understand.conversation import Prompt
from sobrio.understand.features import Features
from sobrio.understand.predictor import Predictor

_SURFACE_SHARE: Final = 0.5


def next_prompts(
    prompts: Sequence[Prompt], count: int, labelled: Sequence[Prompt] = (), predictor: Predictor | None = None
) -> list[int]:
    """Places of the `count` prompts to label next, in order, given those already labelled.

    Each brings the mean of the labelled prompts nearest to the mean of all (kernel herding: Chen, Welling and
    Smola, 2010), so that a few labels stand for the whole. Picking what is most in doubt instead was tried:
    outliers came first, and they teach about nobody but themselves.
    """
    predictor = predictor or Predictor.default()
    known, asked = predictor.features(labelled), predictor.features(prompts)
    if not asked:
        return []
    vectors = _vectors([*known, *asked], predictor)
    wanted = vectors[len(known) :].mean(axis=0)
    total = vectors[: len(known)].sum(axis=0)
    chosen: list[int] = []
    candidates = vectors[len(known) :]
    for turn in range(min(count, len(asked))):
        nearer = candidates @ (wanted * (len(known) + turn + 1) - total)
        nearer -= 0.5 * np.square(candidates).sum(axis=1)
        nearer[chosen] = -np.inf
        chosen.append(int(nearer.argmax()))
        total += candidates[chosen[-1]]
    return chosen


def _vectors(seen: Sequence[Features], predictor: Predictor) -> NDArray[np.float32]:
    """Rows of which the surface makes `_SURFACE_SHARE` on average, the n-grams the rest."""
    surface = predictor.view(seen).prompts.surface
    middle = surface - surface.mean(axis=0)
    middle *= np.sqrt(_SURFACE_SHARE / max(float(np.square(middle).sum(axis=1).mean()), 1e-9))
    hashed = np.zeros((len(seen), default_encoder().dimensions), np.float32)
    for row, each in zip(hashed, seen, strict=True):
        row[each.hashed.places] = each.hashed.values
    return np.hstack([middle, np.sqrt(1.0 - _SURFACE_SHARE) * (hashed - hashed.mean(axis=0))])
