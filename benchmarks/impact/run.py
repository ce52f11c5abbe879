"""Redo every table of the estimation core: `python benchmarks/impact/run.py`.

Writes benchmarks/results/impact.json and the tables in docs/method.md.
"""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import anchors
import forms
import intervals
import numpy as np
import sparse
import speed
from measured import measured
from tables import rewrite

from sobrio.impact import Scenarios, accelerator

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "impact.json"
METHOD = ROOT / "docs" / "method.md"


def main() -> None:
    data = measured()
    results: dict[str, Any] = {
        "environment": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "machine": platform.machine(),
        },
        "method": "sobrio-1",
        "scenarios": {"count": Scenarios.draw().count, "seed": Scenarios.draw().seed},
        "residual_sd": accelerator.fit().residual_sd,
        "runs": len(data.joules),
        "forms": forms.compare(data),
        "intervals": intervals.measure(data),
        "sparse_against_dense": anchors.sparse_against_dense(),
        "sparse_beside_dense": sparse.table(),
        "anchors": anchors.table(),
        "speed": speed.measure(),
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    METHOD.write_text(rewrite(METHOD.read_text(encoding="utf-8"), results), encoding="utf-8")
    print(json.dumps(results, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
