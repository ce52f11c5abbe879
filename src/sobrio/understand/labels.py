"""What the user's own outcomes teach: a lesson per set of models, and every model's level.

Far from every labelled prompt the prior speaks again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.labelled import ages, recency
from sobrio.understand.lesson import PRIOR_LABELS, Lesson, chances, learn
from sobrio.understand.views import Floats, Prompts

_LEAST_ROWS: Final = 12
_RANGE: Final = (0.001, 0.999)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Labelled prompts; NaN is unknown."""

    names: tuple[str, ...]
    prompts: Prompts
    traits: Floats
    """Facts about each model, then its ability: what it is expected to do before any label."""
    scores: Floats
    """Shape (prompts, models)."""
    ln_errors: Floats
    """ln tokens minus the prior's, shape (prompts, models)."""
    weights: Floats
    """Shape (prompts,)."""
    days: Floats | None = None
    """When labelled, counted from any one day, shape (prompts,); NaN is unknown, and never ages."""


@dataclass(frozen=True, slots=True)
class Labels:
    outcomes: tuple[Outcomes, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    levels: Mapping[str, tuple[float, float]] | None = None
    """By model: (score, ln tokens) above what was expected, shrunk."""
    half_life_days: float | None = None
    """A label so much older than the latest one counts half."""

    @property
    def count(self) -> int:
        """Prompts with a score so far."""
        return sum(int(np.isfinite(each.scores).any(axis=1).sum()) for each in self.outcomes)

    @property
    def digest(self) -> str:
        """Which labels these are: 8 hexadecimal digits."""
        found = hashlib.sha256(str(self.half_life_days and float(self.half_life_days)).encode())
        for each in self.outcomes:
            found.update("\0".join(each.names).encode())
            for table in (each.scores, each.ln_errors, each.weights, _days(each)):
                found.update(np.round(table, 6).tobytes())
            for hashed in each.prompts.hashed:
                found.update(hashed.places.astype(np.int32).tobytes() + b"\0")
        return found.hexdigest()[:8]

    def with_outcomes(self, new: Outcomes, half_life_days: float | None = None) -> Labels:
        """These labels too; without a half-life the one before holds on."""
        outcomes, half_life = (*self.outcomes, new), half_life_days or self.half_life_days
        return Labels(outcomes, *_learn(outcomes, half_life), half_life)

    def correct(self, prompts: Prompts, prior: Floats, names: Sequence[str]) -> Floats:
        """Expected scores, shape (prompts, models): the prior's, moved by what was taught."""
        if not self.levels:
            return prior
        expected = prior + [self.levels.get(name, (0.0, 0.0))[0] for name in names]
        for lesson in self.lessons:
            places = [place for place, name in enumerate(names) if name in lesson.names]
            if places:
                taught, familiar = lesson.expect(prompts)
                columns = [lesson.names.index(names[place]) for place in places]
                expected[:, places] += familiar[:, None] * (taught[:, columns] - expected[:, places])
        return np.clip(expected, *_RANGE)

    def correct_length(self, ln_tokens: Floats, names: Sequence[str]) -> Floats:
        if not self.levels:
            return ln_tokens
        return np.asarray(ln_tokens + [self.levels.get(name, (0.0, 0.0))[1] for name in names])


def _learn(
    outcomes: Sequence[Outcomes], half_life_days: float | None
) -> tuple[tuple[Lesson, ...], dict[str, tuple[float, float]]]:
    """(a lesson per set of models labelled on the same prompts, every model's level)."""
    all_of = _together(outcomes, half_life_days)
    errors = all_of.scores - chances(all_of.prompts, all_of.traits)
    levels = zip(
        _shrunk_mean(errors, all_of.weights), _shrunk_mean(all_of.ln_errors, all_of.weights), strict=True
    )
    lessons = [
        _lesson(all_of, columns, rows)
        for columns, rows in _alike(np.isfinite(errors))
        if len(rows) >= _LEAST_ROWS
    ]
    return tuple(lessons), {
        name: (float(score), float(length))
        for name, (score, length) in zip(all_of.names, levels, strict=True)
    }


def _together(outcomes: Sequence[Outcomes], half_life_days: float | None) -> Outcomes:
    """Ages are told from the latest label of all, so that it does not matter which came in which file."""
    names = tuple(dict.fromkeys(name for each in outcomes for name in each.names))
    parts = [each.prompts for each in outcomes]
    prompts = Prompts(
        np.concatenate([each.surface for each in parts]),
        tuple(hashed for each in parts for hashed in each.hashed),
        np.concatenate([each.worth for each in parts]),
    )
    traits = {name: row for each in outcomes for name, row in zip(each.names, each.traits, strict=True)}
    scores, ln_errors = (
        np.concatenate([_aligned(getattr(each, part), each.names, names) for each in outcomes])
        for part in ("scores", "ln_errors")
    )
    weights = np.concatenate([each.weights for each in outcomes])
    if half_life_days is not None:
        weights = weights * recency(ages(np.concatenate([_days(each) for each in outcomes])), half_life_days)
    return Outcomes(names, prompts, np.array([traits[name] for name in names]), scores, ln_errors, weights)


def _days(outcomes: Outcomes) -> Floats:
    return np.full(len(outcomes.prompts), np.nan) if outcomes.days is None else outcomes.days


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
    return np.asarray((np.nan_to_num(values) * known).sum(axis=0) / (known.sum(axis=0) + PRIOR_LABELS))


def _lesson(known: Outcomes, columns: list[int], rows: NDArray[np.intp]) -> Lesson:
    return learn(
        tuple(known.names[column] for column in columns),
        known.prompts.at(rows),
        known.traits[columns],
        known.scores[rows][:, columns],
        known.weights[rows] / known.weights[rows].mean(),
    )
