"""Depth: how many layers a network of some size has, from networks whose configuration is public.

Layers decide how many kernels one decoding step launches, which is what small batches pay for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.impact.shipped import shipped

SAME: Final = 0.06
"""Two sizes this close in ln are taken for one network."""


@dataclass(frozen=True, slots=True)
class Network:
    """One line of `data/networks.json`; sizes in billions."""

    name: str
    total_b: float
    active_b: float
    layers: int


@cache
def networks() -> tuple[Network, ...]:
    """Networks with a published configuration."""
    return shipped("networks.json", tuple[Network, ...])


def trend_only(total_b: ArrayLike, active_b: ArrayLike) -> NDArray[np.float64]:
    """Layers by the trend over sizes alone, as for a network nobody has described."""
    total, active = np.broadcast_arrays(np.asarray(total_b, float), np.asarray(active_b, float))
    _, trend, _ = _sparse_trend()
    sparse = np.exp(trend[0] + trend[1] * np.log(total) + trend[2] * np.log(active))
    sizes, layers = _dense_curve()
    smooth = np.polyfit(sizes, layers, 1)
    return np.where(active < 0.9 * total, sparse, np.exp(np.polyval(smooth, np.log(total))))


def depth(total_b: ArrayLike, active_b: ArrayLike) -> NDArray[np.float64]:
    """Layers; never falls with the size of a dense network. Arguments broadcast."""
    total, active = np.broadcast_arrays(np.asarray(total_b, float), np.asarray(active_b, float))
    return np.where(active < 0.9 * total, _sparse(total, active), _dense(total))


def _dense(total: NDArray[np.float64]) -> NDArray[np.float64]:
    sizes, layers = _dense_curve()
    return np.asarray(np.exp(np.interp(np.log(total), sizes, layers)))


def _sparse(total: NDArray[np.float64], active: NDArray[np.float64]) -> NDArray[np.float64]:
    """The trend over sizes, and a published network's own depth where the sizes are its own."""
    known, trend, residual = _sparse_trend()
    logs = np.stack([np.log(total), np.log(active)], axis=-1)
    near = np.exp(-0.5 * ((logs[..., None, :] - known) ** 2).sum(axis=-1) / SAME**2)
    own = near @ residual / (near.sum(axis=-1) + 0.05)
    return np.asarray(np.exp(trend[0] + logs @ trend[1:] + own))


@cache
def _dense_curve() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Isotonic regression of ln layers on ln size, by pooling neighbours that fall."""
    rows = sorted((np.log(n.total_b), np.log(n.layers)) for n in networks() if n.active_b >= n.total_b)
    pools: list[list[float]] = []
    for _, layers in rows:
        pools.append([layers])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    levels = [float(np.mean(pool)) for pool in pools for _ in pool]
    return np.array([size for size, _ in rows]), np.array(levels)


@cache
def _sparse_trend() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """ln sizes of the sparse networks, least-squares trend of ln layers, and what it misses."""
    rows = [n for n in networks() if n.active_b < n.total_b]
    sizes = np.log([[n.total_b, n.active_b] for n in rows])
    layers = np.log([n.layers for n in rows])
    design = np.column_stack([np.ones(len(rows)), sizes])
    trend = np.linalg.lstsq(design, layers, rcond=None)[0]
    return sizes, trend, layers - design @ trend
