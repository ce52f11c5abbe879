"""Do the intervals hold what was measured? Each network is drawn from a fit that never saw it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from fit import FEW_NETWORKS, blend_form, fit_log_linear, fit_roofline, left_out
from measured import NETWORKS, Measured
from numpy.typing import NDArray

from sobrio.impact import Scenarios
from sobrio.impact.accelerator import Fit

BATCHES = (15.0, 515.0)
SAME_BATCH = 1.05
SIZE_RATIO = 4.0


class LeftOut:
    """Scenarios per network; the spread, too, comes from the other networks' errors."""

    def __init__(self, data: Measured) -> None:
        self.data = data
        self._drawn: dict[tuple[int, float], NDArray[np.float64]] = {}
        self._scenarios = {int(k): Scenarios(2000, 0, self._fit(k)) for k in np.unique(data.network)}

    def _fit(self, network: int) -> Fit:
        train = self.data.subset(self.data.network != network)
        error = np.log(train.joules) - left_out(blend_form, train)
        often = np.bincount(train.network)[train.network]
        spread = FEW_NETWORKS * float(np.sqrt(np.average(error**2, weights=1 / often)))
        return Fit(fit_roofline(train), [float(each) for each in fit_log_linear(train)], spread)

    def known(self, network: int) -> tuple[Measured, NDArray[np.float64]]:
        """Runs of one network and their draws with the deployment given, shape (K, n)."""
        subset = self.data.subset(self.data.network == network)
        runs = subset.runs
        joules = self._scenarios[network].accelerator_energy(
            total_params_b=runs.total_b,
            active_params_b=runs.active_b,
            architecture=np.where(runs.moe, "moe", "dense"),
            weight_bits=runs.bits,
            gpu=runs.gpu,
            batch=runs.batch,
            gpu_count=runs.count,
            output_tokens=runs.output_tokens,
        )
        return subset, joules

    def unknown(self, row: int) -> NDArray[np.float64]:
        """Draws for one run with batch, accelerator, precision and count unknown; shape (K,)."""
        network, tokens = int(self.data.network[row]), float(self.data.runs.output_tokens[row])
        key = (network, round(np.log(tokens), 1))
        if key not in self._drawn:
            total, active = self.data.runs.total_b[row], self.data.runs.active_b[row]
            self._drawn[key] = self._scenarios[network].accelerator_energy(
                total_params_b=total,
                active_params_b=active,
                architecture="moe" if active < 0.9 * total else "dense",
                output_tokens=tokens,
            )[:, 0]
        return self._drawn[key]


def measure(data: Measured) -> dict[str, Any]:
    drawn = LeftOut(data)
    return {"deployment known": _known(drawn), "deployment unknown": _unknown(drawn), "pairs": _pairs(drawn)}


def _known(drawn: LeftOut) -> dict[str, Any]:
    covered, spans = [], []
    for network in np.unique(drawn.data.network):
        subset, joules = drawn.known(int(network))
        low, high = np.quantile(joules, [0.05, 0.95], axis=0)
        covered.append((low <= subset.joules) & (subset.joules <= high))
        spans.append(high / low)
    return _summary(np.concatenate(covered), np.concatenate(spans), np.sort(drawn.data.network))


def _unknown(drawn: LeftOut) -> dict[str, Any]:
    batch = drawn.data.runs.batch
    rows = np.flatnonzero((batch > BATCHES[0]) & (batch < BATCHES[1]))
    ends = np.array([np.quantile(drawn.unknown(int(row)), [0.05, 0.95]) for row in rows])
    joules = drawn.data.joules[rows]
    covered = (ends[:, 0] <= joules) & (joules <= ends[:, 1])
    return _summary(covered, ends[:, 1] / ends[:, 0], drawn.data.network[rows])


def _summary(
    covered: NDArray[np.bool_], spans: NDArray[np.float64], network: NDArray[np.intp]
) -> dict[str, Any]:
    by_network = {NETWORKS[k]: round(float(covered[network == k].mean()), 3) for k in np.unique(network)}
    return {
        "runs": len(covered),
        "covered": round(float(covered.mean()), 3),
        "covered_by_network": round(float(np.mean(list(by_network.values()))), 3),
        "median_span": round(float(np.median(spans)), 2),
        "networks": by_network,
    }


def _pairs(drawn: LeftOut) -> dict[str, Any]:
    joules, right, holds, ratio_holds, zero = drawn.data.joules, [], [], [], []
    for large, small in _comparable(drawn.data):
        one, other = drawn.unknown(large), drawn.unknown(small)
        low, middle, high = np.quantile(one - other, [0.05, 0.5, 0.95])
        saved = joules[large] - joules[small]
        right.append(middle * saved > 0)
        holds.append(low <= saved <= high)
        zero.append(low <= 0 <= high)
        least, most = np.quantile(one / other, [0.05, 0.95])
        ratio_holds.append(least <= joules[large] / joules[small] <= most)
    return {
        "pairs": len(right),
        "sign_right": _share(right),
        "difference_covered": _share(holds),
        "ratio_covered": _share(ratio_holds),
        "contains_zero": _share(zero),
    }


def _comparable(data: Measured) -> Iterator[tuple[int, int]]:
    """Runs of one task, accelerator and batch whose networks differ fourfold in size; larger first."""
    batch, size = data.runs.batch, data.runs.total_b
    rows = [i for i in range(len(batch)) if BATCHES[0] < batch[i] < BATCHES[1]]
    for i, j in combinations(rows, 2):
        large, small = (i, j) if size[i] > size[j] else (j, i)
        alike = data.task[i] == data.task[j] and data.runs.gpu[i] == data.runs.gpu[j]
        close = max(batch[i] / batch[j], batch[j] / batch[i]) < SAME_BATCH
        if alike and close and size[large] >= SIZE_RATIO * size[small]:
            yield large, small


def _share(flags: list[bool]) -> float:
    return round(float(np.mean(flags)), 3)
