"""Forms of the accelerator energy, each tested on networks that its fit never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from fit import blend_form, left_out, log_linear_form, roofline_form
from measured import NETWORKS, Measured
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.stats import spearmanr

from sobrio.impact import ecologits
from sobrio.impact.accelerator import Runs, weights_read_gb
from sobrio.impact.depth import trend_only

Vector: TypeAlias = NDArray[np.float64]


def published_form(_train: Measured, unseen: Runs) -> Vector:
    """The published EcoLogits formula, accelerators only: active parameters at a batch of 64, 16 bits."""
    per_gpu = ecologits.GPU_WH_PER_TOKEN_PER_B * unseen.active_b + ecologits.GPU_WH_PER_TOKEN
    return np.log(3600 * ecologits.gpus_needed(unseen.total_b) * per_gpu)


def flops_form(train: Measured, unseen: Runs) -> Vector:
    """Arithmetic at one utilisation: joules proportional to active parameters."""
    return np.log(unseen.active_b) + np.median(np.log(train.joules / train.runs.active_b))


def least_squares_form(train: Measured, unseen: Runs) -> Vector:
    """A plain roofline: weights read, arithmetic and static power, non-negative least squares of ratios."""
    coefficients, _ = nnls(_terms(train.runs) / train.joules[:, None], np.ones(len(train.joules)))
    return np.log(_terms(unseen) @ coefficients)


def _terms(runs: Runs) -> Vector:
    columns = (weights_read_gb(runs) / runs.batch, runs.active_b, runs.count / runs.batch)
    by_gpu = [column * (runs.b200 == gpu) for column in columns for gpu in (0, 1)]
    return np.column_stack(by_gpu)


def depth_unknown_form(train: Measured, unseen: Runs) -> Vector:
    """The shipped form for networks whose configuration nobody published."""
    return blend_form(train, replace(unseen, layers=trend_only(unseen.total_b, unseen.active_b)))


FORMS: dict[str, Callable[[Measured, Runs], Vector]] = {
    "sobrio-1: roofline x log-linear": blend_form,
    "roofline with overhead and priors": roofline_form,
    "log-linear": log_linear_form,
    "sobrio-1, depth of the network unknown": depth_unknown_form,
    "roofline, non-negative least squares": least_squares_form,
    "arithmetic at fixed utilisation": flops_form,
    "published EcoLogits formula": published_form,
}


def compare(data: Measured) -> dict[str, dict[str, Any]]:
    """Errors of every form, each network left out in turn."""
    return {name: errors(left_out(form, data), data) for name, form in FORMS.items()}


def errors(predicted: Vector, data: Measured) -> dict[str, Any]:
    """`predicted` is ln J. Medians over runs, and the mean over networks of each network's median."""
    known = np.log(data.joules)
    error = predicted - known
    absolute = np.abs(np.expm1(error))
    networks = np.unique(data.network)
    return {
        "median_abs_error": _round(np.median(absolute)),
        "median_abs_error_by_network": _round(
            np.mean([np.median(absolute[data.network == k]) for k in networks])
        ),
        "spearman": _round(spearmanr(predicted, known)[0]),
        "p90_factor": _round(np.exp(np.quantile(np.abs(error), 0.9))),
        "sd_ln": _round(np.sqrt(np.mean(error**2))),
        "bias_ln": {NETWORKS[k]: _round(np.mean(error[data.network == k])) for k in networks},
    }


def _round(value: float) -> float:
    return round(float(value), 3)
