"""What the user's own outcomes teach: one ridge regression per set of models, over `views` of the prompts.

How far it is believed, and how much of the prior is kept beside it, is chosen by leave-one-out error on the
*gains* between models, for those are what routing needs. When nothing beats the prior by more than chance
would, only the level moves; and far from every labelled prompt the prior speaks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.views import Floats, Prompts, Singles, Views, equalise, views_of

_SHRINKAGES: Final = (0.5, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""Prior precision of the regression, in units of the views' total variance."""
_PRIOR_SHARES: Final = (1.0, 0.5, 0.0)
_CHOOSING_ROWS: Final = 1_000
"""Shrinkage and share are chosen on so many rows: they hardly depend on their number."""
_LEAST_EVIDENCE: Final = 0.5
"""Standard errors by which labels must beat the prior."""
_LEAST_ROWS: Final = 12
_PRIOR_LABELS: Final = 8.0
"""How many labels of one model the public facts are worth."""
_RANGE: Final = (0.001, 0.999)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Labelled prompts; NaN is unknown."""

    names: tuple[str, ...]
    prompts: Prompts
    prior: Floats
    """What was expected before any label, shape (prompts, models)."""
    scores: Floats
    ln_errors: Floats
    """ln tokens minus the prior's, shape (prompts, models)."""
    weights: Floats
    """Shape (prompts,)."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the labels of some models came to, all labelled on the same prompts."""

    names: tuple[str, ...]
    views: Views
    weights: Singles
    """As `Views.fold` gives them, shape (features, models)."""
    level: Floats
    prior_share: float


@dataclass(frozen=True, slots=True)
class Labels:
    outcomes: tuple[Outcomes, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    levels: Mapping[str, tuple[float, float]] | None = None
    """By model: (score, ln tokens) above what was expected, shrunk."""

    @property
    def count(self) -> int:
        """Labelled prompts so far."""
        return sum(len(each.prompts) for each in self.outcomes)

    def with_outcomes(self, new: Outcomes) -> Labels:
        """These labels too."""
        outcomes = (*self.outcomes, new)
        return Labels(outcomes, *_learn(outcomes))

    def correct(self, prompts: Prompts, prior: Floats, names: Sequence[str]) -> Floats:
        """Expected scores, shape (prompts, models): the prior's, moved by what was taught."""
        if not self.levels:
            return prior
        expected = prior + [self.levels.get(name, (0.0, 0.0))[0] for name in names]
        for lesson in self.lessons:
            places = [place for place, name in enumerate(names) if name in lesson.names]
            if places:
                columns = [lesson.names.index(names[place]) for place in places]
                found, familiar = lesson.views.apply(prompts, lesson.weights)
                taught = lesson.prior_share * prior[:, places] + (lesson.level + found)[:, columns]
                expected[:, places] += familiar[:, None] * (taught - expected[:, places])
        return np.clip(expected, *_RANGE)

    def correct_length(self, ln_tokens: Floats, names: Sequence[str]) -> Floats:
        if not self.levels:
            return ln_tokens
        return np.asarray(ln_tokens + [self.levels.get(name, (0.0, 0.0))[1] for name in names])


def _learn(outcomes: Sequence[Outcomes]) -> tuple[tuple[Lesson, ...], dict[str, tuple[float, float]]]:
    """(a lesson per set of models labelled on the same prompts, every model's level)."""
    all_of = _together(outcomes)
    errors = all_of.scores - all_of.prior
    levels = zip(
        _shrunk_mean(errors, all_of.weights), _shrunk_mean(all_of.ln_errors, all_of.weights), strict=True
    )
    groups = _alike(np.isfinite(errors))
    lessons = [_lesson(all_of, columns, rows) for columns, rows in groups if len(rows) >= _LEAST_ROWS]
    return tuple(each for each in lessons if each), {
        name: (float(score), float(length))
        for name, (score, length) in zip(all_of.names, levels, strict=True)
    }


def _together(outcomes: Sequence[Outcomes]) -> Outcomes:
    names = tuple(dict.fromkeys(name for each in outcomes for name in each.names))
    parts = [each.prompts for each in outcomes]
    prompts = Prompts(
        np.concatenate([each.surface for each in parts]),
        tuple(hashed for each in parts for hashed in each.hashed),
        np.concatenate([each.worth for each in parts]),
    )
    prior, scores, ln_errors = (
        np.concatenate([_aligned(getattr(each, part), each.names, names) for each in outcomes])
        for part in ("prior", "scores", "ln_errors")
    )
    return Outcomes(
        names, prompts, prior, scores, ln_errors, np.concatenate([each.weights for each in outcomes])
    )


def _aligned(table: Floats, has: Sequence[str], wanted: Sequence[str]) -> Floats:
    empty = np.full(len(table), np.nan)
    return np.column_stack([table[:, has.index(name)] if name in has else empty for name in wanted])


def _alike(known: NDArray[np.bool_]) -> list[tuple[list[int], NDArray[np.intp]]]:
    """(columns with the same known rows, those rows)."""
    groups: dict[bytes, list[int]] = {}
    for column in range(known.shape[1]):
        groups.setdefault(known[:, column].tobytes(), []).append(column)
    return [(columns, np.flatnonzero(known[:, columns[0]])) for columns in groups.values()]


def _shrunk_mean(values: Floats, weights: Floats) -> Floats:
    known = np.isfinite(values) * weights[:, None]
    return np.asarray((np.nan_to_num(values) * known).sum(axis=0) / (known.sum(axis=0) + _PRIOR_LABELS))


def _lesson(known: Outcomes, columns: list[int], rows: NDArray[np.intp]) -> Lesson | None:
    """`None` when the prior ranks these prompts as well as anything learnt would."""
    prompts, weights = known.prompts.at(rows), known.weights[rows] / known.weights[rows].mean()
    prior, scores = known.prior[rows][:, columns], known.scores[rows][:, columns]
    views = views_of(prompts)
    features = views.features(prompts)
    centre, factors = equalise(features, views)
    features = (features - centre) * factors * np.sqrt(weights, dtype=np.float32)[:, None]
    chosen = _choice(features, prior, scores, weights)
    if chosen is None:
        return None
    share, shrinkage = chosen
    wanted = _centred(scores - share * prior, weights) * np.sqrt(weights)[:, None]
    slopes = _ridge(features, wanted.astype(np.float32), shrinkage) * factors[:, None]
    level = _shrunk_mean(scores - prior, known.weights[rows])
    level += (1.0 - share) * np.average(prior, axis=0, weights=weights)
    level -= centre.astype(np.float64) @ slopes
    return Lesson(tuple(known.names[each] for each in columns), views, views.fold(slopes), level, share)


def _centred(values: Floats, weights: Floats) -> Floats:
    return np.asarray(values - np.average(values, axis=0, weights=weights))


def _choice(features: Singles, prior: Floats, scores: Floats, weights: Floats) -> tuple[float, float] | None:
    """(share of the prior, shrinkage) of the least leave-one-out error of the gains; `None`: the prior.

    All from one spectrum, that of the Gram matrix.
    """
    rows = np.unique(np.linspace(0, len(features) - 1, _CHOOSING_ROWS).astype(int))
    spectrum, vectors = np.linalg.eigh((features[rows] @ features[rows].T).astype(np.float64))
    roots = np.sqrt(weights[rows])[:, None]

    def gains(share: float) -> Floats:
        wanted = _centred(scores[rows] - share * prior[rows], weights[rows]) * roots
        return np.asarray(wanted - wanted.mean(axis=1, keepdims=True) if wanted.shape[1] > 1 else wanted)

    def errors(turned: Floats, shrinkage: float) -> Floats:
        inverse = 1.0 / (np.maximum(spectrum, 0.0) + shrinkage)
        residual = vectors @ (inverse[:, None] * turned)
        return np.asarray(np.square(residual / (np.square(vectors) @ inverse)[:, None]).sum(axis=1))

    tried = [
        ((share, shrinkage), errors(vectors.T @ gains(share), shrinkage))
        for share in _PRIOR_SHARES
        for shrinkage in _SHRINKAGES
    ]
    best, left = min(tried, key=lambda each: float(each[1].sum()))
    saved = np.square(gains(1.0)).sum(axis=1) - left
    evidence = saved.mean() / max(saved.std() / np.sqrt(len(saved)), 1e-12)
    return best if evidence > _LEAST_EVIDENCE else None


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
