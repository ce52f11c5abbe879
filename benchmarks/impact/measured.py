"""The measured runs (ML.ENERGY v3, Apache-2.0) and which network each belongs to."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sobrio.impact.accelerator import Runs

DATA = Path(os.environ.get("SOBRIO_DATA", Path(__file__).parents[3] / "shared" / "data"))
CSV = DATA / "impact" / "ml_energy_v3_calibration.csv"

NETWORKS = (
    "Llama-3.1-8B", "Qwen3-14B", "gemma-3-27b", "Llama-3.1-405B", "Nemotron-Nano-9B", "gpt-oss-20b",
    "30B-A3B", "235B-A22B", "Maverick",
)  # fmt: skip
"""Substrings of model names: precisions, versions and VL/Instruct variants of a network share one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Columns of the runs, shape (n,)."""

    runs: Runs
    joules: NDArray[np.float64]
    network: NDArray[np.intp]
    task: NDArray[np.intp]
    tasks: tuple[str, ...]

    def subset(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Measured:
        runs = Runs(*(getattr(self.runs, name)[rows] for name in Runs.__dataclass_fields__))
        return Measured(runs, self.joules[rows], self.network[rows], self.task[rows], self.tasks)


@cache
def measured() -> Measured:
    """Every run. Raises `FileNotFoundError` where the data folder is absent (set SOBRIO_DATA)."""
    with CSV.open(newline="") as file:
        rows = list(csv.DictReader(file))

    def column(name: str) -> NDArray[np.float64]:
        return np.array([float(row[name]) for row in rows])

    tasks = tuple(sorted({row["task"] for row in rows}))
    runs = Runs.of(
        total_b=column("total_params_b"),
        active_b=column("active_params_b"),
        bits=column("weight_bits"),
        gpu=np.array([row["gpu_model"] for row in rows]),
        count=column("num_gpus"),
        batch=column("avg_batch"),
        output_tokens=column("avg_output_tokens"),
    )
    return Measured(
        runs,
        column("energy_per_output_token_j"),
        np.array([_network(row["model_id"]) for row in rows]),
        np.array([tasks.index(row["task"]) for row in rows]),
        tasks,
    )


def _network(model_id: str) -> int:
    (index,) = (i for i, name in enumerate(NETWORKS) if name in model_id)
    return index
