"""All lessons side by side: a prompt is asked about once, however many sets of models were labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import default_encoder
from sobrio.understand.lesson import Lesson
from sobrio.understand.views import Floats, Prompts, Singles, placed_among

_ROWS: Final = 256
"""Prompts compared with all lessons' centres at once."""


@dataclass(frozen=True, slots=True)
class Chorus:
    """Tables of `Lesson` and `Views` stacked, one lesson behind the other on the first axis.

    Lessons differ in how many models and centres they have: what is missing weighs nothing.
    """

    columns: NDArray[np.intp]
    """Places of each lesson's models among all labelled ones, or one more; shape (lessons, models)."""
    middle: Singles
    scale: Singles
    centres: Singles
    """Shape (lessons, surface features, centres)."""
    norms: Singles
    width: Singles
    demand: Singles
    spread: Singles
    dense: Singles
    """Weights of likenesses, then demands, then subjects: shape (lessons, all those, models + 1)."""
    ngrams: Singles
    """Weights and heart by n-gram, shape (n-gram buckets, lessons x (models + 2))."""
    usual: Floats
    labels: Floats
    constants: Floats
    curves: Floats
    mixture: Floats

    def expect(self, prompts: Prompts, prior: Floats) -> tuple[Floats, Floats, Floats]:
        """(expected scores, how familiar prompts are, labels near them), shape (prompts, labelled models).

        `prior` has that shape too. Models of no lesson are unfamiliar.
        """
        parts = [
            self._expect(prompts.at(rows), prior[rows])
            for rows in np.array_split(np.arange(len(prompts)), 1 + len(prompts) // _ROWS)
        ]
        said, familiar, near = (np.concatenate(each)[:, :-1] for each in zip(*parts, strict=True))
        return said, familiar, near

    def _expect(self, prompts: Prompts, prior: Floats) -> tuple[Floats, Floats, Floats]:
        sparse, near = self._by_ngrams(prompts)
        found = np.concatenate([self._likeness(prompts), self._rest(prompts)], axis=2) @ self.dense
        linear = found.transpose(1, 0, 2) + sparse + self.constants
        known = np.hstack([prior, np.zeros((len(prior), 1))])
        mixed = np.einsum("nlk,lkm->nlm", known[:, self.columns], self.mixture)
        scores = linear[:, :, :-1] + np.square(linear[:, :, -1:] - 0.5) * self.curves + mixed
        home = np.square(np.clip(near / self.usual, 0.0, 1.0))
        said, familiar, around = np.zeros((3, *known.shape))
        said[:, self.columns] = scores
        familiar[:, self.columns] = home[:, :, None]
        around[:, self.columns] = (self.labels * near * home)[:, :, None]
        return said, familiar, around

    def _by_ngrams(self, prompts: Prompts) -> tuple[Floats, Floats]:
        found = np.array([each.values @ self.ngrams.take(each.places, axis=0) for each in prompts.hashed])
        found = found.reshape(len(prompts), len(self.columns), -1)
        return found[:, :, :-1], found[:, :, -1]

    def _likeness(self, prompts: Prompts) -> Singles:
        placed = placed_among(prompts.surface, self.middle[:, None], self.scale[:, None])
        likeness: Singles = placed @ self.centres
        likeness *= 2.0
        likeness -= self.norms[:, None]
        likeness -= np.einsum("lnf,lnf->ln", placed, placed)[:, :, None]
        likeness /= self.width[:, None, None]
        return np.asarray(np.exp(likeness, out=likeness))

    def _rest(self, prompts: Prompts) -> Singles:
        demand = placed_among(prompts.worth, self.demand[:, None], self.spread[:, None])
        subjects = np.broadcast_to(prompts.subjects, (len(self.columns), *prompts.subjects.shape))
        return np.concatenate([demand, subjects], axis=2)


def chorus_of(lessons: Sequence[Lesson], names: Sequence[str]) -> Chorus:
    """`names` are all labelled models, in the order of `Chorus.expect`'s columns."""
    models = max(len(each.names) for each in lessons)
    centres = max(len(each.views.norms) for each in lessons)
    views = [each.views for each in lessons]
    places = [[names.index(name) for name in each.names] for each in lessons]
    return Chorus(
        columns=np.array([each + [len(names)] * (models - len(each)) for each in places]),
        middle=np.array([each.middle for each in views]),
        scale=np.array([each.scale for each in views]),
        centres=np.array([_wider(each.centres, each.centres.shape[0], centres) for each in views]),
        norms=np.array([np.pad(each.norms, (0, centres - len(each.norms))) for each in views]),
        width=np.array([each.width for each in views], np.float32),
        demand=np.array([each.demand for each in views]),
        spread=np.array([each.spread for each in views]),
        dense=np.array([_dense(each, centres, models) for each in lessons]),
        ngrams=np.hstack([_ngrams(each, models) for each in lessons]),
        usual=np.array([each.usual for each in views]),
        labels=np.array([each.labels for each in lessons]),
        constants=np.array([_scores_then_ease(each.constants[None], models)[0] for each in lessons]),
        curves=np.array([np.pad(each.curves, (0, models - len(each.curves))) for each in lessons]),
        mixture=np.array([_wider(each.mixture, models, models) for each in lessons]),
    )


def _dense(lesson: Lesson, centres: int, models: int) -> Singles:
    count = len(lesson.views.norms)
    likeness = _wider(lesson.weights[:count], centres, lesson.weights.shape[1])
    rest = lesson.weights[count + default_encoder().dimensions :]
    return _scores_then_ease(np.vstack([likeness, rest]), models)


def _ngrams(lesson: Lesson, models: int) -> Singles:
    count = len(lesson.views.norms)
    weights = lesson.weights[count : count + default_encoder().dimensions]
    return np.column_stack([_scores_then_ease(weights, models), lesson.views.heart])


def _scores_then_ease(table: NDArray[np.floating], models: int) -> NDArray[np.floating]:
    """The last column stays the last."""
    return np.column_stack([_wider(table[:, :-1], len(table), models), table[:, -1]])


def _wider(table: NDArray[np.floating], rows: int, columns: int) -> NDArray[np.floating]:
    return np.pad(table, ((0, rows - table.shape[0]), (0, columns - table.shape[1])))
