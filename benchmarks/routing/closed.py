"""What is expected of closed questions nobody trained on: do easier ones fail less, and gain less from size?

The questions of `closed.txt` were graded by hand before any result was seen, by a writer who had not read
those of training: opinions, not outcomes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from graded import FOLDER, Request, under_heads
from numpy.typing import NDArray
from parity import LARGE, SMALL
from scipy.stats import spearmanr

from sobrio.understand import Predictor

_LEAST = 12
"""Questions of a kind, below which no correlation is told."""


def questions() -> list[Request]:
    """`task` is the kind of question."""
    heads = ((head.split(" ", 1), line) for head, line in under_heads(FOLDER / "closed.txt"))
    return [
        Request(language, kind, int(line[0]), line[2:].replace("\\n", "\n"))
        for (language, kind), line in heads
    ]


def closed_questions() -> dict[str, Any]:
    asked = questions()
    quality = Predictor.default().quality([each.text for each in asked], (SMALL, LARGE))
    levels = np.array([each.level for each in asked])
    languages = np.array([each.language for each in asked])
    kinds = np.array([each.task for each in asked])
    rows = {
        name: _correlations(levels[where], quality[where])
        for name, where in (
            ("all", languages != ""),
            *((each, languages == each) for each in np.unique(languages).tolist()),
            *((each, (kinds == each) & (languages == "en")) for each in np.unique(kinds).tolist()),
        )
        if where.sum() >= _LEAST
    }
    means = [quality[levels == level].mean(axis=0).round(3).tolist() for level in np.unique(levels)]
    return {**rows, "mean_expected_by_level_small_and_large": means}


def _correlations(levels: NDArray[np.int_], quality: NDArray[np.float64]) -> dict[str, float]:
    small, large = quality.T
    return {
        "questions": len(levels),
        "rank_correlation_of_gain_and_level": round(float(spearmanr(levels, large - small)[0]), 3),
        "rank_correlation_of_failure_and_level": round(float(spearmanr(levels, 1 - small)[0]), 3),
    }
