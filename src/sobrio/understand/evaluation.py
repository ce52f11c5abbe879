"""How far expectations hold on labelled traffic: calibration, and what ranking by them is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.labelled import Labelled
from sobrio.understand.predictor import Predictor

_BINS: Final = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One model on labelled prompts."""

    model: str
    prompts: int
    score: float
    expected: float
    calibration_error: float
    """Mean distance of expectation and score over ten bins of equal size (ECE)."""
    against_best: float | None
    """APGR of routing between this model and the best one, 0.5 at random; `None` for the best itself."""


def evaluate(predictor: Predictor, labelled: Labelled) -> tuple[Evaluation, ...]:
    """One entry per model, best first."""
    expected = predictor.quality(labelled.prompts, labelled.models)
    means = np.nanmean(labelled.scores, axis=0)
    best = int(means.argmax())
    return tuple(_of(labelled, expected, column, best) for column in np.argsort(-means, kind="stable"))


def reliability(expected: Floats, scores: Floats) -> list[tuple[float, float, int]]:
    """(mean expectation, mean score, prompts) of ten bins of about equal size, lowest first."""
    order = np.argsort(expected, kind="stable")
    bins = [each for each in np.array_split(order, _BINS) if len(each)]
    return [(float(expected[each].mean()), float(scores[each].mean()), len(each)) for each in bins]


def calibration_error(expected: Floats, scores: Floats) -> float:
    """The bins' mean |expectation - score|, weighted by their sizes."""
    bins = reliability(expected, scores)
    return sum(abs(said - true) * count for said, true, count in bins) / len(expected)


def recovered_gap(gain: Floats, expected_gain: Floats) -> float | None:
    """APGR: the mean share of the gap recovered over all shares of calls; `None` without a gap."""
    total = float(gain.sum())
    if total <= 0:
        return None
    order = np.argsort(-expected_gain, kind="stable")
    curve = np.concatenate([[0.0], np.cumsum(gain[order])]) / total
    return float((curve[1:] + curve[:-1]).mean() / 2)


def _of(labelled: Labelled, expected: Floats, column: int, best: int) -> Evaluation:
    scores = labelled.scores[:, column]
    known = np.isfinite(scores)
    both = known & np.isfinite(labelled.scores[:, best])
    gain = labelled.scores[both, best] - scores[both]
    said = expected[both, best] - expected[both, column]
    return Evaluation(
        model=labelled.models[column],
        prompts=int(known.sum()),
        score=float(scores[known].mean()),
        expected=float(expected[known, column].mean()),
        calibration_error=calibration_error(expected[known, column], scores[known]),
        against_best=None if column == best else recovered_gap(gain, said),
    )
