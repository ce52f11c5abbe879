"""The one convex problem behind the predictor: a regression on prompt features x model facts.

    value(prompt i, model j) = facts_j . W' features_i + own_j + habit_sj + level_d

`own_j` is what is left of model j over all sources; `habit_sj` what is left of it in source s (its answer
format there); `level_d` what is left of data set d (its scoring rule). All are shrunk to zero, and only `W`
and `own` ship. n-grams may depend on fewer facts than the dense features: `HASHED_FACTS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.facts import FACTS, HASHED_FACTS

HASHED_SCALE: Final = 4.0
"""Brings n-gram values (about 0.05) near the dense ones (about 1), or L-BFGS would hardly move them."""

_NEVER: Final = 1e6
_TIED: Final = np.array([{"one": 1.0, "size": 10.0}.get(fact, 0.0) for fact in FACTS])
"""How much it counts that tied prompts differ in what a fact is worth: the size decides who is asked."""
_LATER: Final = [FACTS.index(fact) for fact in HASHED_FACTS]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Penalties:
    """L2 penalties, by what they shrink; `hashed` is for n-gram vectors scaled by `HASHED_SCALE`."""

    dense: float = 5.0
    hashed: float = 20.0
    interaction: float = 10.0
    """How much dearer a weight is for a fact other than `one`."""
    intercept: float = 0.01
    own: float = 30.0
    habit: float = 10.0
    level: float = 1.0


@dataclass(frozen=True, slots=True)
class Design:
    """Prompts as matrices: `dense` (prompts, dense features + 1), `hashed` CSR (prompts, buckets)."""

    dense: Floats
    hashed: Any


@dataclass(frozen=True, slots=True)
class Block:
    """One source's share: its rows of the design, its columns' facts and model numbers."""

    rows: NDArray[np.intp]
    facts: Floats
    model: NDArray[np.intp]
    data_set: NDArray[np.intp]
    levelled: bool
    """Whether its scores are on everybody's scale: then no habit, level or ability may explain them away."""
    targets: Floats
    """Shape (rows, columns)."""
    weights: Floats
    """Shape (rows, columns), 0 where the target is unknown."""


@dataclass(frozen=True, slots=True)
class Ties:
    """Pairs of prompts that deserve the same value: what the first has more of than the second."""

    dense: Floats
    """Shape (pairs, dense features + 1)."""
    hashed: Any
    """CSR, shape (pairs, buckets)."""
    strength: float
    """Weight of all pairs together, as outcomes have weights."""


@dataclass(frozen=True, slots=True)
class Solution:
    dense: Floats
    """Shape (dense features + 1, facts)."""
    hashed: Floats
    """Shape (buckets, hashed facts)."""
    own: Floats
    """Shape (models,)."""
    loss: float
    """Mean weighted loss, penalties apart."""


def solve(
    design: Design,
    blocks: Sequence[Block],
    models: int,
    *,
    penalties: Penalties,
    logistic: bool,
    iterations: int,
    ties: Ties | None = None,
) -> Solution:
    """L-BFGS from zero, a fixed number of steps: the same input gives the same bits."""
    from scipy.optimize import minimize

    hashed = HASHED_SCALE * design.hashed
    problem = _Problem(design.dense, hashed, hashed.T.tocsr(), blocks, models, logistic)
    shrinkage = problem.shrinkage(penalties)
    apart = ties and _Apart(ties.dense, HASHED_SCALE * ties.hashed, ties.strength / ties.dense.shape[0])

    def objective(flat: Floats) -> tuple[float, Floats]:
        loss, gradient = problem.evaluate(flat)
        loss += 0.5 * float(shrinkage @ (flat * flat))
        gradient += shrinkage * flat
        if apart:
            loss += apart.evaluate(*problem.split(flat)[:2], *problem.split(gradient)[:2])
        return loss, gradient

    options = {"maxiter": iterations, "maxcor": 10, "ftol": 1e-6}
    found = minimize(objective, np.zeros(len(shrinkage)), jac=True, method="L-BFGS-B", options=options)
    parts = problem.split(found.x)
    cells = sum(float(block.weights.sum()) for block in blocks)
    return Solution(parts[0], HASHED_SCALE * parts[1], parts[2], problem.evaluate(found.x)[0] / cells)


@dataclass(frozen=True, slots=True)
class _Problem:
    dense: Floats
    hashed: Any
    hashed_transposed: Any
    blocks: Sequence[Block]
    models: int
    logistic: bool

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        habits = [(len(block.model),) for block in self.blocks]
        levels = [(int(block.data_set.max()) + 1,) for block in self.blocks]
        dense = (self.dense.shape[1], len(FACTS))
        return [dense, (self.hashed.shape[1], len(_LATER)), (self.models,), *habits, *levels]

    def split(self, flat: Floats) -> list[Floats]:
        sizes = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        return [part.reshape(shape) for part, shape in zip(np.split(flat, sizes), self.shapes, strict=True)]

    def shrinkage(self, by: Penalties) -> Floats:
        parts = [np.full(shape, by.dense) for shape in self.shapes]
        parts[1][:] = by.hashed
        parts[2][:] = by.own
        for place, block in enumerate(self.blocks):
            parts[3 + place][:] = _NEVER if block.levelled else by.habit
            parts[3 + place + len(self.blocks)][:] = _NEVER if block.levelled else by.level
            if block.levelled and self.logistic:
                parts[2][block.model] = _NEVER
        for part in parts[:2]:
            part[:, 1:] *= by.interaction
        parts[0][-1] = by.intercept
        return np.concatenate([part.ravel() for part in parts])

    def evaluate(self, flat: Floats) -> tuple[float, Floats]:
        """The loss and its gradient, penalties apart."""
        dense, hashed, own, *rest = self.split(flat)
        projected = self.dense @ dense
        projected[:, _LATER] += self.hashed @ hashed
        slopes, by_model, habits, levels = np.zeros_like(projected), np.zeros(self.models), [], []
        total = 0.0
        for place, block in enumerate(self.blocks):
            habit, level = rest[place], rest[place + len(self.blocks)]
            linear = projected[block.rows] @ block.facts.T + (own[block.model] + habit)
            linear += level[block.data_set][:, None]
            loss, residual = (_logistic if self.logistic else _squared)(linear, block)
            total += loss
            slopes[block.rows] = residual @ block.facts
            habits.append(residual.sum(axis=0))
            np.add.at(by_model, block.model, habits[-1])
            levels.append(np.bincount(block.data_set, weights=residual.sum(axis=1)))
        first = self.dense.T @ slopes
        second = self.hashed_transposed @ slopes[:, _LATER]
        return total, np.concatenate([first.ravel(), second.ravel(), by_model, *habits, *levels])


@dataclass(frozen=True, slots=True)
class _Apart:
    """How far tied prompts lie apart, for a model of each fact alone."""

    dense: Floats
    hashed: Any
    weight: float

    def evaluate(self, dense: Floats, hashed: Floats, dense_slope: Floats, hashed_slope: Floats) -> float:
        """The penalty; its gradient is added to the slopes."""
        apart = self.dense @ dense
        apart[:, _LATER] += self.hashed @ hashed
        pull = self.weight * _TIED * apart
        dense_slope += self.dense.T @ pull
        hashed_slope += self.hashed.T @ pull[:, _LATER]
        return 0.5 * float((pull * apart).sum())


def _logistic(linear: Floats, block: Block) -> tuple[float, Floats]:
    chance = 1.0 / (1.0 + np.exp(-linear))
    loss = np.logaddexp(0.0, linear) - block.targets * linear
    return float((block.weights * loss).sum()), block.weights * (chance - block.targets)


def _squared(linear: Floats, block: Block) -> tuple[float, Floats]:
    error = linear - block.targets
    return 0.5 * float((block.weights * error * error).sum()), block.weights * error
