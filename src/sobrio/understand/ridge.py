"""Ridge regression that says what it would have said of each row without it (leave-one-out)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SHRINKAGES: Final = np.geomspace(0.3, 3_000.0, 13)
"""Prior precisions to choose among, in units of the features' mean squared length."""
_CHOOSING_ROWS: Final = 1_000
"""The precision is chosen on so many rows: it hardly depends on their number."""

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


def chosen_rows(count: int) -> NDArray[np.intp]:
    """Evenly spread, at most `_CHOOSING_ROWS`."""
    return np.unique(np.linspace(0, count - 1, min(count, _CHOOSING_ROWS)).astype(np.intp))


def ridge(features: Singles, wanted: Floats, weights: Floats) -> tuple[Floats, Singles, Floats]:
    """(leave-one-out predictions at `chosen_rows`, slopes, constants), for every column of `wanted`.

    Shapes: (chosen rows, columns), (features, columns), (columns,). Each column has its own precision, the
    one of the least leave-one-out error.
    """
    middle = np.average(features, axis=0, weights=weights).astype(np.float32)
    level = np.average(wanted, axis=0, weights=weights)
    roots = np.sqrt(weights)[:, None]
    placed = (features - middle) * roots.astype(np.float32)
    length = np.float32(np.sqrt(max(float(np.einsum("ij,ij->", placed, placed)) / len(placed), 1e-12)))
    placed /= length
    targets = (wanted - level) * roots
    rows = chosen_rows(len(features))
    errors, shrinkages = _left_out(placed[rows], targets[rows])
    slopes = _solved(placed, targets.astype(np.float32), shrinkages) / length
    return wanted[rows] - errors / roots[rows], slopes, level - middle.astype(np.float64) @ slopes


def _left_out(features: Singles, targets: Floats) -> tuple[Floats, Floats]:
    """(errors of the best shrinkage, that shrinkage by column). All from one spectrum."""
    values, vectors = _spectrum(features)
    turned, squares = vectors.T @ targets, np.square(vectors)
    best, chosen = np.full_like(targets, np.inf), np.full(targets.shape[1], np.inf)
    least = np.full(targets.shape[1], np.inf)
    for shrinkage in SHRINKAGES:
        share = values / (values + shrinkage)
        errors = (targets - vectors @ (share[:, None] * turned)) / (1.0 - squares @ share)[:, None]
        total = np.square(errors).sum(axis=0)
        better = total < least
        best[:, better], least[better], chosen[better] = errors[:, better], total[better], shrinkage
    return best, chosen


def _spectrum(features: Singles) -> tuple[Floats, Floats]:
    """(eigenvalues, vectors) of the Gram matrix, by the smaller of the two matrices."""
    rows, columns = features.shape
    if rows <= columns:
        values, vectors = np.linalg.eigh((features @ features.T).astype(np.float64))
        return np.maximum(values, 0.0), vectors
    values, turns = np.linalg.eigh((features.T @ features).astype(np.float64))
    kept = values > 1e-6 * max(float(values[-1]), 1e-12)
    return values[kept], features @ turns[:, kept] / np.sqrt(values[kept])


def _solved(features: Singles, wanted: Singles, shrinkages: Floats) -> Singles:
    """By the smaller of the two normal equations, shape (features, columns)."""
    few = len(features) <= features.shape[1]
    moment = features @ features.T if few else features.T @ features
    sought = wanted if few else features.T @ wanted
    found = np.empty_like(sought)
    for shrinkage in np.unique(shrinkages):
        columns = shrinkages == shrinkage
        stiff = moment.copy()
        stiff[np.diag_indices(len(stiff))] += np.float32(shrinkage)
        found[:, columns] = np.linalg.solve(stiff, sought[:, columns])
    return np.asarray(features.T @ found if few else found)
