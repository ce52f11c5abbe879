"""How far expected scores hold: calibration errors and reliability tables, without any label of the user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from ranking import Floats, World, expected_held_out, expected_left_out

from sobrio.understand.evaluation import calibration_error, reliability
from sobrio.understand.train.outcomes import Source


def calibration(world: World) -> dict[str, Any]:
    """On one fifth of the questions of every source, held out of training."""
    return _table(expected_held_out(world, folds=[0]))


def calibration_left_out(world: World) -> dict[str, Any]:
    """On each source by a predictor that never saw it."""
    return _table(expected_left_out(world))


def _table(tested: Iterable[tuple[Floats, Source, slice]]) -> dict[str, Any]:
    """Per source, and over all of them: every outcome of every model counts once."""
    rows, pooled = [], []
    for expected, source, _ in tested:
        known = np.isfinite(source.scores) & np.isfinite(expected)
        pooled.append((expected[known], source.scores[known]))
        rows.append({"source": source.name, **_calibration(*pooled[-1])})
    errors = [row["ece"] for row in rows]
    everything = _calibration(*map(np.concatenate, zip(*pooled, strict=True)))
    return {"mean_ece_of_sources": round(float(np.mean(errors)), 4), "pooled": everything, "sources": rows}


def _calibration(expected: Floats, scores: Floats) -> dict[str, Any]:
    return {
        "outcomes": len(scores),
        "expected": round(float(expected.mean()), 4),
        "score": round(float(scores.mean()), 4),
        "ece": round(calibration_error(expected, scores), 4),
        "reliability": [
            {"expected": round(said, 4), "score": round(true, 4), "outcomes": count}
            for said, true, count in reliability(expected, scores)
        ],
    }
