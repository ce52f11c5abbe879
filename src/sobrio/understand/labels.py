"""What the user's own outcomes teach: a ridge regression of what the prior got wrong, per model.

Its features are the prompt's surface, its n-grams and a constant. How far it is believed is chosen by
leave-one-out error on the *gains* between models, for those are what routing needs; when nothing beats the
prior, only the level moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import Sparse, default_encoder

_SURFACE_SCALE: Final = 1.0
_HASHED_SCALE: Final = 4.0
"""Prior variance of the n-grams' part over that of the surface's."""
_SHRINKAGES: Final = (10.0, 30.0, 100.0, 300.0, 1e3, 1e6)
_CHOOSING_ROWS: Final = 1_000
"""The shrinkage is chosen on so many rows: it hardly depends on their number."""
_PRIOR_LABELS: Final = 8.0
"""How many labels of one model the public facts are worth."""
_RANGE: Final = (0.001, 0.999)

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Labelled prompts; NaN is unknown."""

    names: tuple[str, ...]
    features: Singles
    """Shape (prompts, features)."""
    errors: Floats
    """Score minus the prior's expectation, shape (prompts, models)."""
    ln_errors: Floats
    """ln tokens minus the prior's, shape (prompts, models)."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What one model's labels came to."""

    level: float = 0.0
    weights: Singles = field(default_factory=lambda: np.zeros(0, np.float32))
    ln_length: float = 0.0


@dataclass(frozen=True, slots=True)
class Labels:
    outcomes: tuple[Outcomes, ...]
    taught: Mapping[str, Taught]

    @property
    def count(self) -> int:
        """Labelled prompts so far."""
        return sum(len(each.features) for each in self.outcomes)

    def with_outcomes(
        self,
        names: tuple[str, ...],
        surface: Singles,
        hashed: Sequence[Sparse],
        logits: Floats,
        scores: Floats,
        ln_errors: Floats,
    ) -> Labels:
        """These labels too; shapes (prompts, models)."""
        new = Outcomes(names, _features(surface, hashed), scores - _chance(logits), ln_errors)
        outcomes = (*self.outcomes, new)
        return Labels(outcomes, _learn(outcomes))

    def correct(
        self, surface: Singles, hashed: Sequence[Sparse], logits: Floats, names: Sequence[str]
    ) -> Floats:
        """Expected scores, shape (prompts, models): the prior's, moved by what was taught."""
        expected = _chance(logits)
        known = [(place, self.taught[name]) for place, name in enumerate(names) if name in self.taught]
        if not known:
            return expected
        features = _features(surface, hashed)
        for place, taught in known:
            expected[:, place] += taught.level + features @ taught.weights
        return np.clip(expected, *_RANGE)

    def correct_length(self, ln_tokens: Floats, names: Sequence[str]) -> Floats:
        if not self.taught:
            return ln_tokens
        shifts = [self.taught[name].ln_length if name in self.taught else 0.0 for name in names]
        return np.asarray(ln_tokens + shifts)


def no_labels() -> Labels:
    return Labels((), {})


def _features(surface: Singles, hashed: Sequence[Sparse]) -> Singles:
    width = surface.shape[1]
    features = np.zeros((len(surface), width + default_encoder().dimensions), np.float32)
    features[:, :width] = surface * np.sqrt(_SURFACE_SCALE / width)
    for row, each in zip(features, hashed, strict=True):
        row[width + each.places] = each.values * np.sqrt(_HASHED_SCALE)
    return features


def _learn(outcomes: Sequence[Outcomes]) -> dict[str, Taught]:
    """Models labelled on the same prompts are learnt together."""
    names = tuple(dict.fromkeys(name for each in outcomes for name in each.names))
    features = np.concatenate([each.features for each in outcomes])
    errors = np.concatenate([_aligned(each.errors, each.names, names) for each in outcomes])
    ln_errors = np.concatenate([_aligned(each.ln_errors, each.names, names) for each in outcomes])
    taught: dict[str, Taught] = {}
    for columns in _alike(np.isfinite(errors)):
        known = np.isfinite(errors[:, columns[0]])
        level, weights = _regress(features[known], errors[np.ix_(known, columns)])
        for place, column in enumerate(columns):
            length = _shrunk_mean(ln_errors[:, column])
            taught[names[column]] = Taught(float(level[place]), weights[:, place], length)
    return taught


def _aligned(table: Floats, has: Sequence[str], wanted: Sequence[str]) -> Floats:
    empty = np.full(len(table), np.nan)
    return np.column_stack([table[:, has.index(name)] if name in has else empty for name in wanted])


def _alike(known: NDArray[np.bool_]) -> list[list[int]]:
    groups: dict[bytes, list[int]] = {}
    for column in range(known.shape[1]):
        groups.setdefault(known[:, column].tobytes(), []).append(column)
    return list(groups.values())


def _shrunk_mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.sum() / (len(known) + _PRIOR_LABELS))


def _regress(features: Singles, errors: Floats) -> tuple[Floats, Singles]:
    """(levels, weights), shapes (models,) and (features, models)."""
    level = errors.sum(axis=0) / (len(errors) + _PRIOR_LABELS)
    centre = features.mean(axis=0) if len(features) else np.zeros(features.shape[1], np.float32)
    if len(features) < 2:
        return level, np.zeros((features.shape[1], errors.shape[1]), np.float32)
    centred = features - centre
    wanted = errors - errors.mean(axis=0)
    shrinkage = _shrinkage(centred[:_CHOOSING_ROWS], wanted[:_CHOOSING_ROWS])
    weights = _ridge(centred, wanted.astype(np.float32), shrinkage)
    return level - centre.astype(np.float64) @ weights, weights


def _shrinkage(features: Singles, wanted: Floats) -> float:
    """The one with the least leave-one-out error of the gains (from the spectrum of the Gram matrix)."""
    gains = wanted - wanted.mean(axis=1, keepdims=True) if wanted.shape[1] > 1 else wanted
    spectrum, vectors = np.linalg.eigh((features @ features.T).astype(np.float64))
    turned = vectors.T @ gains

    def error(shrinkage: float) -> float:
        inverse = 1.0 / (np.maximum(spectrum, 0.0) + shrinkage)
        residual = vectors @ (inverse[:, None] * turned)
        return float(np.square(residual / (np.square(vectors) @ inverse)[:, None]).sum())

    return min(_SHRINKAGES, key=error)


def _ridge(features: Singles, wanted: Singles, shrinkage: float) -> Singles:
    """By the smaller of the two normal equations, shape (features, models)."""
    rows, columns = features.shape
    if rows <= columns:
        gram = features @ features.T
        gram[np.diag_indices(rows)] += np.float32(shrinkage)
        return np.asarray(features.T @ np.linalg.solve(gram, wanted), np.float32)
    moment = features.T @ features
    moment[np.diag_indices(columns)] += np.float32(shrinkage)
    return np.asarray(np.linalg.solve(moment, features.T @ wanted), np.float32)


def _chance(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logits)))
