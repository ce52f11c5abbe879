"""Whether labels tell anything: do prompts that are alike agree, more than labels dealt out at random would?

The score test of a variance component (Wu and others, 2011, "Rare-variant association testing for sequencing
data with the sequence kernel association test"), without its diagonal, so that no row vouches for itself, and
by permutation, so that it holds for few labels and few kinds of prompts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.ridge import Floats, Singles

_DEALS: Final = 99
_SEED: Final = 0
_LEAST: Final = 1e-9


def luck(blocks: Sequence[Singles], surprises: Floats) -> tuple[float, float]:
    """(chance that labels dealt at random tell as much of differences, the same of ease), each in (0, 1].

    NaN where every deal says the same, as of labels that are all alike: then nothing can be told.

    `blocks` are views of the prompts, shape (prompts, features of the view), which count alike; `surprises`,
    shape (prompts, differences + 1), is what was not expected, 0 on average, and last that of ease. Labels
    that tell of ease are labels that tell: they count for differences too, and alone where there are none.
    """
    alike, places = _alike(blocks), np.arange(len(surprises))
    rng = np.random.default_rng(_SEED)
    deals = np.array([places, *(rng.permutation(places) for _ in range(_DEALS))])
    of_differences = _agreement(alike, surprises[:, :-1], deals)
    of_ease = _agreement(alike, surprises[:, -1:], deals)
    return _share_as_high(of_differences + of_ease), _share_as_high(of_ease)


def surprises(wanted: Floats, expected: Floats, weights: Floats) -> Floats:
    """What that of `expected`, or less of it, does not tell of each column of `wanted`."""
    above, told = (each - np.average(each, axis=0, weights=weights) for each in (wanted, expected))
    slopes = (weights @ (above * told)) / np.maximum(weights @ np.square(told), _LEAST)
    return np.asarray((above - np.clip(slopes, 0.0, 1.0) * told) * np.sqrt(weights)[:, None])


def _alike(views: Sequence[NDArray[np.floating]]) -> Singles:
    """How alike each two rows are, shape (rows, rows); nobody is like itself."""
    total = np.zeros((len(views[0]), len(views[0])), np.float32)
    for view in views:
        placed = (view - view.mean(axis=0)).astype(np.float32)
        gram = placed @ placed.T
        total += gram / max(float(np.trace(gram)), _LEAST)
    np.fill_diagonal(total, 0.0)
    return total


def _agreement(alike: Singles, surprises: Floats, deals: NDArray[np.intp]) -> Floats:
    """Standard errors by which alike rows agree, in each of the deals."""
    found = np.zeros(len(deals))
    for column in surprises.T:
        dealt = column[deals].T.astype(np.float32)
        found += np.einsum("ij,ij->j", dealt, alike @ dealt)
    usual = np.sqrt(2.0) * np.linalg.norm(alike) * np.linalg.norm(surprises.T @ surprises) / len(surprises)
    return np.asarray(found / max(float(usual), _LEAST))


def _share_as_high(values: Floats) -> float:
    """Of the first among all; NaN where they are all the same."""
    if np.ptp(values) <= _LEAST:
        return float("nan")
    return float((values >= values[0] - _LEAST).mean())
