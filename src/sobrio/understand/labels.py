"""What the user's own outcomes teach: a lesson per set of models, and every model's level.

Far from every labelled prompt the prior speaks again, of rankings and of levels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.chorus import Chorus, chorus_of
from sobrio.understand.labelled import ages, recency
from sobrio.understand.lesson import Lesson, chances, learn
from sobrio.understand.levels import Levels, levels_of
from sobrio.understand.nearby import Nearby, nearby
from sobrio.understand.outcomes import Outcomes, arrivals, fingerprint, row_keys, together
from sobrio.understand.verdict import LEAST_ROWS, Verdict, verdicts
from sobrio.understand.views import Floats, Prompts

_RANGE: Final = (0.001, 0.999)


class Taught(NamedTuple):
    """What labels make of prompts; tables have shape (prompts, models asked about)."""

    expected: Floats
    near: Floats
    """Labels near each prompt."""
    moved: Floats
    """By how much labels move each labelled model, shape (prompts, labelled models)."""


@dataclass(frozen=True, slots=True)
class Labels:
    outcomes: tuple[Outcomes, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    levels: Levels | None = None
    half_life_days: float | None = None
    """A label so much older than the latest one counts half."""
    nearby: Nearby | None = None
    chorus: Chorus | None = field(init=False, default=None)
    """All lessons together."""

    def __post_init__(self) -> None:
        if self.lessons and self.levels is not None:
            object.__setattr__(self, "chorus", chorus_of(self.lessons, self.levels.names))

    @property
    def count(self) -> int:
        """Prompts with a score so far; one that came again counts once."""
        keys = {
            key
            for number, each in enumerate(self.outcomes)
            for key, scores in zip(row_keys(each, number), each.scores, strict=True)
            if np.isfinite(scores).any()
        }
        return len(keys)

    @property
    def keys(self) -> frozenset[str]:
        """Of every prompt labelled so far, as `keys_of` tells them."""
        return frozenset(key for each in self.outcomes for key in each.keys or ())

    @property
    def worth(self) -> float | None:
        """How many labelled prompts of the latest day weigh as much; `None` where nothing ages."""
        days = [each.known_days for each in self.outcomes]
        if self.half_life_days is None or not np.isfinite(np.concatenate(days)).any():
            return None
        weights = np.concatenate([each.weights for each in self.outcomes])
        left = weights @ recency(ages(np.concatenate(days)), self.half_life_days) / weights.sum()
        return float(left * self.count)

    @property
    def digest(self) -> str:
        """Which labels these are, in any order and however many fits: 8 hexadecimal digits."""
        found = hashlib.sha256(str(self.half_life_days and float(self.half_life_days)).encode())
        if self.outcomes:
            found.update(fingerprint(together(self.outcomes, self.half_life_days)))
        return found.hexdigest()[:8]

    def with_outcomes(self, new: Outcomes, half_life_days: float | None = None) -> Labels:
        """These labels too; without a half-life the one before holds on."""
        outcomes, half_life = (*self.outcomes, new), half_life_days or self.half_life_days
        known = together(outcomes, half_life)
        lessons = [
            _lesson(known, columns, rows)
            for columns, rows in _alike(np.isfinite(known.scores))
            if len(rows) >= LEAST_ROWS
        ]
        return Labels(
            outcomes, tuple(lessons), levels_of(known), half_life, nearby(known, arrivals(outcomes))
        )

    def verdicts(self) -> tuple[Verdict, ...]:
        """What became of the labels, by set of models labelled on the same prompts."""
        return () if self.levels is None else verdicts(self.lessons, self.levels)

    def correct(self, prompts: Prompts, prior: Floats, names: Sequence[str]) -> Floats:
        """Expected scores, shape (prompts, models): the prior's, moved by what was taught."""
        return self.taught(prompts, prior, names).expected

    def taught(self, prompts: Prompts, prior: Floats, names: Sequence[str]) -> Taught:
        """What moves the labelled models at a prompt, in logits, moves the others there in part.

        Labels move nothing further than they reach (`reach.py`).
        """
        if self.levels is None:
            return Taught(prior, np.zeros_like(prior), np.zeros((len(prior), 0)))
        levels = self.levels
        before, after, labels_near = self._labelled(prompts, levels)
        near = levels.reach.near(prompts)
        moves = np.log(_odds(after) / _odds(before))
        expected = _moved(prior, levels.felt(moves, near, names))
        moved = _moved(before, levels.felt(moves, near, levels.names)) - before
        around = np.zeros_like(prior)
        for column, place in levels.places(names):
            around[:, column] = labels_near[:, place]
        return Taught(expected, around, moved)

    def longer(self, prompts: Prompts, names: Sequence[str]) -> Floats | float:
        """By how much labels move the ln tokens of what models write, shape (prompts, models)."""
        if self.levels is None or not self.levels.sure[:, 1].any():
            return 0.0
        near = self.levels.reach.near(prompts)
        moves = np.broadcast_to(self.levels.above[:, 1], near.shape)
        return self.levels.felt(moves, near, names, of=1)

    def _labelled(self, prompts: Prompts, levels: Levels) -> tuple[Floats, Floats, Floats]:
        """(expected before, expected now, labels near), shape (prompts, labelled models)."""
        before = chances(prompts, levels.traits)
        after, near = before + levels.above[:, 0], np.zeros_like(before)
        if self.chorus is not None and len(prompts):
            said, familiar, near = self.chorus.expect(prompts, before)
            after += familiar * (said - after)
        return before, np.minimum(np.maximum(after, _RANGE[0]), _RANGE[1]), near


def _alike(known: NDArray[np.bool_]) -> list[tuple[list[int], NDArray[np.intp]]]:
    """(columns with the same known rows, those rows)."""
    groups: dict[bytes, list[int]] = {}
    for column in range(known.shape[1]):
        groups.setdefault(known[:, column].tobytes(), []).append(column)
    return [(columns, np.flatnonzero(known[:, columns[0]])) for columns in groups.values()]


def _lesson(known: Outcomes, columns: list[int], rows: NDArray[np.intp]) -> Lesson:
    """With models by name, to the last digit the same in whichever order they came."""
    columns = sorted(columns, key=known.names.__getitem__)
    return learn(
        tuple(known.names[column] for column in columns),
        known.prompts.at(rows),
        known.traits[columns],
        known.scores[rows][:, columns],
        known.weights[rows] / known.weights[rows].mean(),
    )


def _moved(chance: Floats, logits: Floats) -> Floats:
    odds = _odds(chance) * np.exp(logits)
    return odds / (1.0 + odds)


def _odds(chance: Floats) -> Floats:
    return chance / (1.0 - chance)
