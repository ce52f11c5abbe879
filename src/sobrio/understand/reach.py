"""How far labels reach: to prompts about as like the labelled ones as most of these are like the others.

By their words (the mean cosine of n-gram vectors) and by their surface (the mean squared distance, in
deviations of training): a prompt unlike in either is of another kind, of which labels say little, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import default_encoder
from sobrio.understand.views import Floats, Prompts, Singles

_PRIOR_LABELS: Final = 2.0
"""So many labels the two figures below are worth: one label does not tell what it is one of."""
_ALIKE: Final = 0.3
_NO_FURTHER: Final = 0.75
"""A cosine and a distance at which prompts are of one kind, however much more alike labelled ones are."""
_OUTLIERS: Final = 0.05
"""Share of labelled prompts that may be less like the others than what is called usual."""
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Reach:
    """Of the labels of each model, one row or column per model."""

    hearts: Singles
    """Mean n-gram vectors, shape (n-gram buckets, models)."""
    middle: Singles
    """Mean surfaces, shape (models, surface features)."""
    cosine: Floats
    distance: Floats
    """What is usual, shape (models,)."""

    def near(self, prompts: Prompts) -> Floats:
        """From 0, out of reach, to 1, as near as labelled prompts are; shape (prompts, models)."""
        said = self.cosines(prompts) / self.cosine
        shown = self.distance / np.maximum(self.distances(prompts), _LEAST)
        return np.asarray(np.square(np.clip(said, 0.0, 1.0) * np.minimum(shown, 1.0)))

    def cosines(self, prompts: Prompts) -> Floats:
        """Mean likeness to the labelled prompts, shape (prompts, models)."""
        found = np.zeros((len(prompts), self.hearts.shape[1]))
        for row, each in zip(found, prompts.hashed, strict=True):
            row[:] = each.values @ self.hearts.take(each.places, axis=0)
        return found

    def distances(self, prompts: Prompts) -> Floats:
        """To the middle of the labelled prompts, squared, per feature, shape (prompts, models)."""
        away = [np.square(prompts.surface - each).mean(axis=1) for each in self.middle]
        return np.column_stack(away).astype(np.float64)


def reach_of(prompts: Prompts, counts: Floats) -> Reach:
    """`counts`, shape (prompts, models), is how much each prompt counts for each model; 0 without a label."""
    shares = counts / np.maximum(counts.sum(axis=0), _LEAST)
    middle = (shares.T @ prompts.surface).astype(np.float32)
    unknown = np.ones(counts.shape[1])
    found = Reach(_hearts(prompts, shares), middle, unknown, unknown)
    alone = np.maximum(1.0 - shares, _LEAST)
    """Nobody vouches for itself."""
    cosines = (found.cosines(prompts) - shares) / alone
    distances = found.distances(prompts) / np.square(alone)
    cosine = np.minimum(_usual(cosines, counts, _OUTLIERS, _ALIKE), _ALIKE)
    distance = np.maximum(_usual(distances, counts, 1.0 - _OUTLIERS, _NO_FURTHER), _NO_FURTHER)
    return Reach(found.hearts, middle, cosine, distance)


def _hearts(prompts: Prompts, shares: Floats) -> Singles:
    hearts = np.zeros((default_encoder().dimensions, shares.shape[1]), np.float32)
    for each, share in zip(prompts.hashed, shares.astype(np.float32), strict=True):
        hearts[each.places] += each.values[:, None] * share
    return hearts


def _usual(found: Floats, counts: Floats, quantile: float, before: float) -> Floats:
    """The quantile of each model's labelled prompts, drawn to what is usual `before` any label."""
    labelled = [column[known] for column, known in zip(found.T, (counts > 0).T, strict=True)]
    return np.array([_drawn(each, quantile, before) for each in labelled])


def _drawn(values: NDArray[np.float64], quantile: float, before: float) -> float:
    if len(values) < 2:
        return before
    told = max(float(np.quantile(values, quantile)), 0.0) * len(values)
    return (told + _PRIOR_LABELS * before) / (len(values) + _PRIOR_LABELS)
