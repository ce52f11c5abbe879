"""The quality promise on a named pair, by resampling: is it kept, granted, and worth something?"""

from __future__ import annotations

from typing import Any

import numpy as np
from ranking import World, trained_without

from sobrio.understand.promise import Promise, promise

LABELS = 1_500
TAUGHT = 500
SPLITS = 200
LOSS = 0.05
CONFIDENCE = 0.95


def promised(world: World, strong: str, weak: str) -> dict[str, Any]:
    """A third of the labels teach, the others decide; the rest of the questions test what was promised.

    In a trial on six other pairs a quarter and a third saved more than a half and two thirds.
    """
    source, where = next((s, w) for s, w in world.slices() if s.name == "mmlu_pro")
    names = [model.name for model in source.models]
    columns = [names.index(strong), names.index(weak)]
    scores = source.scores[:, columns]
    models = [source.models[column] for column in columns]
    known = np.flatnonzero(np.isfinite(scores).all(axis=1))
    rng = np.random.default_rng(0)
    taught = rng.permutation(known)[:TAUGHT]
    fitted = trained_without(world, where).fit(
        [source.prompts[row] for row in taught], models, scores[taught]
    )
    rest = np.setdiff1d(known, taught)
    expected = fitted.expected([world.seen[where.start + row] for row in rest], models)
    outcomes = [_split(expected[:, 0] - expected[:, 1], scores[rest], rng) for _ in range(SPLITS)]
    granted = [each for each in outcomes if each]
    lost, saved = np.array(granted).T if granted else (np.array([np.nan]),) * 2
    return {
        "strong": strong,
        "weak": weak,
        "labels": LABELS,
        "loss": LOSS,
        "confidence": CONFIDENCE,
        "splits": SPLITS,
        "note": "the predictor saw no prompt of this source",
        "granted": round(len(granted) / SPLITS, 3),
        "kept_when_granted": round(float((lost <= LOSS).mean()), 3),
        "large_calls_saved": round(float(saved.mean()), 3),
        "loss_mean": round(float(lost.mean()), 4),
    }


def _split(gain: Any, scores: Any, rng: np.random.Generator) -> tuple[float, float] | None:
    order = rng.permutation(len(gain))
    labelled, tested = order[: LABELS - TAUGHT], order[LABELS - TAUGHT :]
    made = promise(gain[labelled], scores[labelled, 1], scores[labelled, 0], loss=LOSS, confidence=CONFIDENCE)
    if not isinstance(made, Promise):
        return None
    takes = gain[tested] <= made.threshold
    lost = (takes * (scores[tested, 0] - scores[tested, 1])).sum() / scores[tested, 0].sum()
    return float(lost), float(takes.mean())
