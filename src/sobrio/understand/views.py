"""How labelled prompts are compared: by surface, n-grams, words and subjects, and what training expects.

Each view is scaled by the user's own labelled prompts: what is unusual in this traffic counts, not what is
unusual in the training data. Every view is learnt from apart (`lesson.py`); all together are one weight per
feature, so that many views cost no more to apply than one.
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
_LEAST_SPREAD: Final = 1e-3
_CLIP: Final = 4.0
_RIDGE: Final = 1e-3
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prompts:
    """Prompts as the default predictor sees them; one row or entry per prompt."""

    surface: Singles
    hashed: tuple[Sparse, ...]
    worth: Singles
    """What each fact about a model is worth there, shape (prompts, facts)."""
    subjects: Singles
    """How likely each is about each subject that training knows, shape (prompts, subjects)."""

    def __len__(self) -> int:
        return len(self.hashed)

    def at(self, rows: Sequence[int] | NDArray[np.intp]) -> Prompts:
        hashed = tuple(self.hashed[row] for row in rows)
        return Prompts(self.surface[rows], hashed, self.worth[rows], self.subjects[rows])


@dataclass(frozen=True, slots=True)
class Views:
    """An explicit feature map: `centres` stand for the kernel of the surface (Nyström's approximation)."""

    middle: Singles
    scale: Singles
    centres: Singles
    """Standardised surfaces, shape (surface features, centres)."""
    norms: Singles
    """Squared lengths of the centres, shape (centres,)."""
    width: float
    """Squared distance at which a likeness is 1 / e."""
    whitening: Singles
    """Shape (centres, centres)."""
    demand: Singles
    """What each fact is worth on the mean, shape (facts,)."""
    spread: Singles
    """Of what each fact is worth, shape (facts,)."""
    heart: Singles
    """The mean n-gram vector, shape (n-gram buckets,)."""
    usual: float
    """Likeness to `heart` that all but one labelled prompt in twenty have."""

    def blocks(self, prompts: Prompts) -> tuple[Singles, ...]:
        """One table per view, shape (prompts, its features), in the order of `fold`."""
        ngrams = np.zeros((len(prompts), default_encoder().dimensions), np.float32)
        for row, each in zip(ngrams, prompts.hashed, strict=True):
            row[each.places] = each.values
        words = np.hstack([ngrams[:, : ngrams.shape[1] // 2], prompts.subjects])
        return self._likeness(prompts) @ self.whitening, ngrams, words, self._demand(prompts)

    def fold(self, surface: Singles, ngrams: Singles, words: Singles, demand: Singles) -> Singles:
        """The sum of what slopes of each of the `blocks` say, as `Chorus` takes it apart."""
        both, count = ngrams.copy(), len(ngrams) // 2
        both[:count] += words[:count]
        return np.concatenate([self.whitening @ surface, both, demand, words[count:]])

    def pulls(self, prompt: Prompts, weights: Singles) -> Singles:
        """To first order, what each surface feature of a prompt adds to what one column of weights says.

        Against the usual among the labelled prompts, shape (surface features,).
        """
        placed = placed_among(prompt.surface, self.middle, self.scale)[0]
        slopes = self._likeness(prompt)[0] * weights[: len(self.norms)]
        steep = self.centres @ slopes - placed * slopes.sum()
        return np.asarray(steep * placed * np.float32(2.0 / self.width))

    def _demand(self, prompts: Prompts) -> Singles:
        """Clipped: nothing is learnt of prompts that demand what no labelled one does."""
        return placed_among(prompts.worth, self.demand, self.spread)

    def _likeness(self, prompts: Prompts) -> Singles:
        """exp(-squared distance / width) of each prompt to each centre."""
        placed = placed_among(prompts.surface, self.middle, self.scale)
        likeness = placed @ self.centres
        likeness *= 2.0
        likeness -= self.norms
        likeness -= np.einsum("ij,ij->i", placed, placed)[:, None]
        likeness *= 1.0 / self.width
        return np.asarray(np.exp(likeness, out=likeness))


def views_of(prompts: Prompts, weights: Floats) -> Views:
    """The map for these labelled prompts; centres are evenly spread among them, as much as each counts."""
    shares = (weights / weights.sum()).astype(np.float32)
    middle, deviation = _moments(prompts.surface, shares)
    scale = np.maximum(deviation, _LEAST_SCALE)
    placed = placed_among(prompts.surface, middle, scale)
    centres = placed[_evenly(weights)]
    between = _squared_distances(centres)
    width = float(np.median(between[between > 0])) if (between > 0).any() else 1.0
    inner = np.exp(-between / width).astype(np.float64)
    values, vectors = np.linalg.eigh(inner + _RIDGE * np.eye(len(inner)))
    whitening = (vectors / np.sqrt(np.maximum(values, _RIDGE))).astype(np.float32)
    heart, usual = _heart(prompts.hashed, shares)
    norms = np.square(centres).sum(axis=1)
    demand, deviation = _moments(prompts.worth, shares)
    spread = np.maximum(deviation, _LEAST_SPREAD)
    return Views(
        middle, scale, np.ascontiguousarray(centres.T), norms, width, whitening, demand, spread, heart, usual
    )


def _evenly(weights: Floats) -> NDArray[np.intp]:
    """Rows at even steps of what rows count so far, each once."""
    reached = np.cumsum(weights) / weights.sum()
    steps = (np.arange(_CENTRES) + 0.5) / _CENTRES
    return np.unique(np.minimum(np.searchsorted(reached, steps), len(weights) - 1))


def _moments(table: Singles, shares: Singles) -> tuple[Singles, Singles]:
    """(weighted mean, standard deviation) of every column."""
    middle = shares @ table
    return middle, np.sqrt(shares @ np.square(table - middle))


def _heart(hashed: Sequence[Sparse], shares: Singles) -> tuple[Singles, float]:
    heart = np.zeros(default_encoder().dimensions, np.float32)
    for each, share in zip(hashed, shares, strict=True):
        heart[each.places] += each.values * share
    near = [float(each.values @ heart[each.places]) for each in hashed]
    return heart, max(float(np.quantile(near, 0.05)), 1e-6)


def placed_among(surface: Singles, middle: Singles, scale: Singles) -> Singles:
    """In scales from the middle, clipped."""
    placed: Singles = (surface - middle) / scale
    return np.minimum(np.maximum(placed, -_CLIP), _CLIP)


def _squared_distances(rows: Singles) -> Singles:
    norms = np.square(rows).sum(axis=1)
    return np.asarray(np.maximum(norms[:, None] + norms - 2 * rows @ rows.T, 0.0), np.float32)
