"""Fit the accelerator energy on measured runs and write the coefficients that the package ships.

    python benchmarks/impact/fit.py        # rewrites src/sobrio/impact/data/accelerator.json

Both forms are hierarchical: a deviation per network (and, in the roofline, a prompt length per task) is
estimated beside the coefficients and left at zero when an unseen network is predicted. Coefficients have
priors from data sheets and public configurations, so that nine networks suffice. Needs scipy (`train`).
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from measured import NETWORKS, Measured, measured
from numpy.typing import NDArray
from scipy.optimize import least_squares

from sobrio.impact.accelerator import Fit, Roofline, Runs, log_linear_terms, roofline

OUT = Path(__file__).parents[2] / "src" / "sobrio" / "impact" / "data" / "accelerator.json"

NOISE, NETWORK, TASK = 0.25, 0.3, 1.0
"""Standard deviations in ln: a run, a network, a task's prompt length."""
EFFECTIVE_RUNS = 40
"""Runs of one network count no more than this many independent ones ..."""
CLUSTER = 2.0
"""... each of them worth half a run, since neighbours in a sweep err together."""

FEW_NETWORKS = 1.86 / 1.645
"""P95 of Student's t with 8 degrees of freedom over the normal's: nine networks know the spread badly."""

PRIOR: dict[str, tuple[float, float]] = {
    "overhead": (-0.3, 1.0),  # J per step: some 10 ms of launches at 100 W
    "overhead_depth": (1.0, 0.15),  # launches are per layer
    "overhead_active": (0.2, 0.15),
    "overhead_count": (0.4, 0.1),
    "overhead_batch": (0.2, 0.2),
    "overhead_moe": (0.2, 0.3),
    "overhead_moe_fp8": (0.5, 0.2),  # block-scaled experts launch more kernels
    "read": (-1.47, 0.4),  # 500 W / (3.35 TB/s x 65 %)
    "read_moe": (0.2, 0.3),
    "compute": (-5.7 + np.log(10), 0.5),  # 2 FLOP per parameter at 400 TFLOP/s and 650 W, 10B parameters
    "compute_active": (0.9, 0.1),
    "compute_bits": (0.5, 0.2),
    "compute_moe": (0.2, 0.3),
    "cache": (-3.3, 0.7),  # 0.16 GB per 1,000 tokens at 40 layers
    "cache_length": (1.0, 0.2),
    "prompt": (-1.5, 1.0),  # thousand prompt tokens, at the cost of a decoded token's arithmetic
    "b200_overhead": (0.0, 0.4),
    "b200_read": (-0.4, 0.3),  # 8 TB/s at 1,000 W
    "b200_compute": (-0.4, 0.3),
    "b200_cache": (-0.4, 0.3),
}

LOG_LINEAR_PRIOR = np.array(
    [
        # constant, depth, active, sparsity, moe, bits, batch, batch2, batch x active, batch x b200
        (0.0, 3.0), (0.8, 0.3), (0.3, 0.3), (0.0, 0.15), (0.0, 0.3), (0.0, 0.3), (-0.7, 0.3), (0.0, 0.05),
        (0.0, 0.1), (0.0, 0.1),
        # b200, count, length, length x batch, batch x sparsity, moe fp8, batch x count
        (0.0, 0.3), (0.3, 0.3), (0.0, 0.3), (0.0, 0.1), (0.0, 0.1), (0.0, 0.3), (0.0, 0.1),
    ]
)  # fmt: skip


def weights(data: Measured) -> NDArray[np.float64]:
    """Square-root weights of runs, so that a network measured often does not speak for all."""
    often = np.bincount(data.network)[data.network]
    return np.sqrt(np.minimum(1, EFFECTIVE_RUNS / often) / CLUSTER) / NOISE


def fit_roofline(data: Measured) -> Roofline:
    """Robust maximum a posteriori; the prompt is that of the chat task."""
    names = list(PRIOR)
    mean, sd = np.array(list(PRIOR.values())).T
    known, weight = np.log(data.joules), weights(data)

    def residuals(z: NDArray[np.float64]) -> NDArray[np.float64]:
        k, networks, tasks = np.split(z, [len(names), len(names) + len(NETWORKS)])
        decoding, prompt = roofline(_named(k), data.runs)
        error = np.log(decoding + prompt * np.exp(tasks[data.task])) + networks[data.network] - known
        scaled = error / NOISE
        soft = np.sign(scaled) * np.sqrt(2 * (np.sqrt(1 + scaled**2) - 1))
        return np.concatenate([soft * weight * NOISE, (k - mean) / sd, networks / NETWORK, tasks / TASK])

    start = np.concatenate([mean, np.zeros(len(NETWORKS) + len(data.tasks))])
    z = least_squares(residuals, start).x
    best = z[: len(names)].copy()
    best[names.index("prompt")] += z[len(names) + len(NETWORKS) + data.tasks.index("lm-arena-chat")]
    return _named(best)


def fit_log_linear(data: Measured) -> NDArray[np.float64]:
    """Ridge towards the prior, with a deviation per network."""
    terms, weight = log_linear_terms(data.runs), weights(data)
    own = np.eye(len(NETWORKS))[data.network]
    design = np.hstack([terms, own]) * weight[:, None]
    mean = np.concatenate([LOG_LINEAR_PRIOR[:, 0], np.zeros(len(NETWORKS))])
    precision = np.concatenate([LOG_LINEAR_PRIOR[:, 1], np.full(len(NETWORKS), NETWORK)]) ** -2.0
    right = design.T @ (weight * np.log(data.joules)) + precision * mean
    solution: NDArray[np.float64] = np.linalg.solve(design.T @ design + np.diag(precision), right)
    return solution[: terms.shape[1]]


def predict_roofline(k: Roofline, runs: Runs) -> NDArray[np.float64]:
    """ln J per output token, prompt included."""
    return np.log(sum(roofline(k, runs)))


def left_out(fit_and_predict, data: Measured) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
    """ln predictions of each network's runs by a fit that never saw the network."""
    out = np.empty(len(data.joules))
    for network in np.unique(data.network):
        unseen = data.network == network
        out[unseen] = fit_and_predict(data.subset(~unseen), data.subset(unseen).runs)
    return out


def roofline_form(train: Measured, unseen: Runs) -> NDArray[np.float64]:
    return predict_roofline(fit_roofline(train), unseen)


def log_linear_form(train: Measured, unseen: Runs) -> NDArray[np.float64]:
    return log_linear_terms(unseen) @ fit_log_linear(train)


def blend_form(train: Measured, unseen: Runs) -> NDArray[np.float64]:
    """The form that ships."""
    return (roofline_form(train, unseen) + log_linear_form(train, unseen)) / 2


def _named(k: NDArray[np.float64]) -> Roofline:
    return Roofline(**{name: float(value) for name, value in zip(PRIOR, k, strict=True)})


def main() -> None:
    data = measured()
    error = np.log(data.joules) - left_out(blend_form, data)
    often = np.bincount(data.network)[data.network]
    fitted = Fit(
        roofline=fit_roofline(data),
        log_linear=[round(float(each), 5) for each in fit_log_linear(data)],
        residual_sd=round(FEW_NETWORKS * float(np.sqrt(np.average(error**2, weights=1 / often))), 3),
    )
    OUT.write_bytes(msgspec.json.format(msgspec.json.encode(fitted), indent=1) + b"\n")
    print(f"residual sd {fitted.residual_sd}; wrote {OUT}")


if __name__ == "__main__":
    main()
