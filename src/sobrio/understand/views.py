"""How labelled prompts are compared: by their surface, by their n-grams and by what training expects of them.

Each view is centred on the user's own labelled prompts and given equal weight there, whatever its units:
what is unusual in this traffic counts, not what is unusual in the training data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Sparse, default_encoder

_CENTRES: Final = 256
_LEAST_SCALE: Final = 0.05
_CLIP: Final = 4.0
_RIDGE: Final = 1e-3
_WEIGHTS: Final = (0.25, 0.5, 0.25)
"""Of surface, n-grams and demand: the best of the few mixtures tried over nine sources of outcomes."""
_LADDER: Final = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
"""Sizes of models, log10 over 10 billion, whose expected success describes a prompt's demand."""

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prompts:
    """Prompts as the default predictor sees them; one row or entry per prompt."""

    surface: Singles
    hashed: tuple[Sparse, ...]
    worth: Singles
    """What the constant and the size of a model are worth there, shape (prompts, 2)."""

    def __len__(self) -> int:
        return len(self.hashed)

    def at(self, rows: Sequence[int] | NDArray[np.intp]) -> Prompts:
        return Prompts(self.surface[rows], tuple(self.hashed[row] for row in rows), self.worth[rows])


@dataclass(frozen=True, slots=True)
class Views:
    """An explicit feature map: `centres` stand for the kernel of the surface (Nyström's approximation)."""

    middle: Singles
    scale: Singles
    centres: Singles
    """Standardised surfaces, shape (centres, surface features)."""
    width: float
    """Squared distance at which a likeness is 1 / e."""
    whitening: Singles
    """Shape (centres, centres)."""
    heart: Singles
    """The mean n-gram vector, shape (n-gram buckets,)."""
    usual: float
    """Likeness to `heart` that all but one labelled prompt in twenty have."""

    def features(self, prompts: Prompts) -> Singles:
        """Shape (prompts, centres + n-gram buckets + demands), neither centred nor scaled."""
        count, width = len(self.centres), default_encoder().dimensions
        demand = _demand(prompts.worth)
        table = np.zeros((len(prompts), count + width + demand.shape[1]), np.float32)
        table[:, :count] = self._likeness(prompts) @ self.whitening
        table[:, count + width :] = demand
        for row, each in zip(table, prompts.hashed, strict=True):
            row[count + each.places] = each.values
        return table

    def fold(self, weights: Singles) -> Singles:
        """Weights of `features` as `apply` wants them."""
        count = len(self.centres)
        return np.concatenate([self.whitening @ weights[:count], weights[count:]])

    def apply(self, prompts: Prompts, weights: Singles) -> tuple[Singles, Floats]:
        """(`features` @ weights, how familiar each prompt is from 0 to 1), without the wide table."""
        count, width = len(self.centres), default_encoder().dimensions
        likeness = self._likeness(prompts)
        found = likeness @ weights[:count] + _demand(prompts.worth) @ weights[count + width :]
        for place, each in enumerate(prompts.hashed):
            found[place] += each.values @ weights[count + each.places]
        near = [float(each.values @ self.heart[each.places]) for each in prompts.hashed]
        return found, np.square(np.minimum(1.0, np.array(near) / self.usual))

    def _likeness(self, prompts: Prompts) -> Singles:
        """exp(-squared distance / width) of each prompt to each centre."""
        placed = np.clip((prompts.surface - self.middle) / self.scale, -_CLIP, _CLIP)
        return _kernel(placed, self.centres, self.width)


def views_of(prompts: Prompts) -> Views:
    """The map for these labelled prompts; centres are evenly spread among them."""
    middle = prompts.surface.mean(axis=0)
    scale = np.maximum(prompts.surface.std(axis=0), _LEAST_SCALE)
    placed = np.clip((prompts.surface - middle) / scale, -_CLIP, _CLIP)
    chosen = np.unique(np.linspace(0, len(placed) - 1, _CENTRES).astype(int))
    centres = placed[chosen]
    between = _squared_distances(centres, centres)
    width = float(np.median(between[between > 0])) if (between > 0).any() else 1.0
    inner = np.exp(-between / width).astype(np.float64)
    values, vectors = np.linalg.eigh(inner + _RIDGE * np.eye(len(inner)))
    whitening = (vectors / np.sqrt(np.maximum(values, _RIDGE))).astype(np.float32)
    heart, usual = _heart(prompts.hashed)
    return Views(middle, scale, centres, width, whitening, heart, usual)


def equalise(features: Singles, views: Views) -> tuple[Singles, Singles]:
    """(the mean, the factors that give each view its weight) of features of labelled prompts."""
    centre = features.mean(axis=0)
    count, width = len(views.centres), default_encoder().dimensions
    edges = (0, count, count + width, features.shape[1])
    factors = np.ones(features.shape[1], np.float32)
    spread = features.var(axis=0)
    for first, last, weight in zip(edges, edges[1:], _WEIGHTS, strict=False):
        factors[first:last] = np.sqrt(weight / max(float(spread[first:last].sum()), 1e-9))
    return centre, factors


def _heart(hashed: Sequence[Sparse]) -> tuple[Singles, float]:
    heart = np.zeros(default_encoder().dimensions, np.float32)
    for each in hashed:
        heart[each.places] += each.values / len(hashed)
    near = [float(each.values @ heart[each.places]) for each in hashed]
    return heart, max(float(np.quantile(near, 0.05)), 1e-6)


def _demand(worth: Singles) -> Singles:
    """Expected success by model size, as logits, and what each step of size gains."""
    logits = worth[:, :1] + worth[:, 1:2] * _LADDER
    chances = 1.0 / (1.0 + np.exp(-logits))
    return np.hstack([logits / 4, 4 * np.diff(chances, axis=1)]).astype(np.float32)


def _kernel(one: Singles, other: Singles, width: float) -> Singles:
    return np.asarray(np.exp(-_squared_distances(one, other) / width), np.float32)


def _squared_distances(one: Singles, other: Singles) -> Singles:
    crossed = one @ other.T
    norms = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)
    return np.asarray(np.maximum(norms - 2 * crossed, 0.0), np.float32)
