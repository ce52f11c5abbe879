"""The one convex problem behind the predictor: a logistic regression on prompt features x model facts.

    logit P(model j answers prompt i) = facts_j . (W' features_i) + ability_j + habit_sj

`ability_j` is what is left of model j over all sources; `habit_sj` what is left of it in source s
(its answer format there). Both are shrunk to zero; only `W` and `ability` ship.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """One source's share: rows of the feature matrix, columns' facts and model numbers."""

    rows: slice
    facts: Floats
    """Shape (columns, facts)."""
    model: NDArray[np.intp]
    """Shape (columns,): which ability each column uses."""
    targets: Floats
    """Shape (rows, columns), NaN unknown."""
    weights: Floats
    """Shape (rows, columns), 0 where the target is unknown."""


@dataclass(frozen=True, slots=True)
class Solution:
    weights: Floats
    """Shape (features, facts)."""
    ability: Floats
    """Shape (models,)."""
    habits: tuple[Floats, ...]
    loss: float


def solve(
    features: Any,
    blocks: Sequence[Block],
    models: int,
    *,
    weight_penalty: Floats,
    ability_penalty: float,
    habit_penalty: float,
    logistic: bool = True,
    iterations: int = 120,
) -> Solution:
    """Minimise the penalised (logistic or squared) loss by L-BFGS from zero: the same input, the same bits.

    `features` is a scipy CSR matrix (prompts, features); `weight_penalty` has the shape of `weights`.
    """
    from scipy.optimize import minimize

    shape = weight_penalty.shape
    sizes = [int(np.prod(shape)), models, *(len(block.model) for block in blocks)]
    cuts = np.cumsum(sizes)[:-1]
    penalty = np.concatenate(
        [weight_penalty.ravel(), np.full(models, ability_penalty), np.full(sum(sizes[2:]), habit_penalty)]
    )

    def objective(flat: Floats) -> tuple[float, Floats]:
        weights, ability, *habits = np.split(flat, cuts)
        projected = features @ weights.reshape(shape)
        slopes = np.zeros_like(projected)
        gradient = [np.zeros(models), *(np.zeros(size) for size in sizes[2:])]
        total = 0.0
        for place, block in enumerate(blocks):
            linear = projected[block.rows] @ block.facts.T + ability[block.model] + habits[place]
            loss, residual = (_logistic if logistic else _squared)(linear, block)
            total += loss
            slopes[block.rows] = residual @ block.facts
            by_column = residual.sum(axis=0)
            np.add.at(gradient[0], block.model, by_column)
            gradient[place + 1] = by_column
        first = np.asarray(features.T @ slopes).ravel()
        total += 0.5 * float(penalty @ (flat * flat))
        return total, np.concatenate([first, *gradient]) + penalty * flat

    found = minimize(
        objective,
        np.zeros(sum(sizes)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "maxcor": 12, "ftol": 1e-7, "gtol": 1e-6},
    )
    weights, ability, *habits = np.split(found.x, cuts)
    return Solution(weights.reshape(shape), ability, tuple(habits), float(found.fun))


def _logistic(linear: Floats, block: Block) -> tuple[float, Floats]:
    targets = np.nan_to_num(block.targets)
    chance = 1.0 / (1.0 + np.exp(-linear))
    loss = np.logaddexp(0.0, linear) - targets * linear
    return float((block.weights * loss).sum()), block.weights * (chance - targets)


def _squared(linear: Floats, block: Block) -> tuple[float, Floats]:
    error = linear - np.nan_to_num(block.targets)
    return 0.5 * float((block.weights * error * error).sum()), block.weights * error
