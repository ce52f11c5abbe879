"""A sparse 120B-class network beside a dense 8B one that reasons: per token, and per long answer.

Batch, accelerator and precision are known and equal but for the bits, which are those their makers ship.
Accelerators alone; interval and chance come from the residual of each network, all that is left unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sobrio.impact import Scenarios

GPUS = ("H100", "B200")
BATCHES = (32, 64, 128, 256, 512, 1024)


@dataclass(frozen=True, slots=True)
class Contender:
    """`answer_tokens` is the length measured on the GPQA task of the nearest measured sibling."""

    name: str
    total_b: float
    active_b: float
    bits: float
    answer_tokens: int


SPARSE = Contender("gpt-oss-120b", 116.8, 5.1, 4.25, 2200)  # gpt-oss-20b: 1,980 to 2,600
DENSE = Contender("qwen3-8b", 8.2, 8.2, 16, 7000)  # Qwen3-14B: 6,710 to 7,430


def table() -> list[dict[str, Any]]:
    scenarios = Scenarios.draw()
    return [_row(scenarios, gpu, batch) for gpu in GPUS for batch in BATCHES]


def _row(scenarios: Scenarios, gpu: str, batch: int) -> dict[str, Any]:
    sparse, dense = (_joules(scenarios, each, gpu, batch) for each in (SPARSE, DENSE))
    answers = sparse * SPARSE.answer_tokens / 3600, dense * DENSE.answer_tokens / 3600
    return {
        "gpu": gpu,
        "batch": batch,
        "joules per token": [_round(sparse), _round(dense)],
        "per token, ratio": _levels(sparse / dense),
        "Wh per answer": [_round(each) for each in answers],
        "per answer, ratio": _levels(answers[0] / answers[1]),
        "chance that the sparse answer takes less": round(float(np.mean(answers[0] < answers[1])), 3),
    }


def _joules(scenarios: Scenarios, each: Contender, gpu: str, batch: int) -> NDArray[np.float64]:
    """Per output token of its long answer, shape (K,)."""
    return scenarios.accelerator_energy(
        total_params_b=each.total_b,
        active_params_b=each.active_b,
        architecture="moe" if each.active_b < each.total_b else "dense",
        weight_bits=each.bits,
        gpu=gpu,
        batch=batch,
        output_tokens=each.answer_tokens,
    )[:, 0]


def _levels(ratio: NDArray[np.float64]) -> list[float]:
    return [float(f"{each:.2g}") for each in np.quantile(ratio, [0.05, 0.5, 0.95])]


def _round(values: NDArray[np.float64]) -> float:
    return float(f"{np.median(values):.3g}")
