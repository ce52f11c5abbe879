"""The nine models of `llmrouter`: mean score against energy, thresholds frozen on a calibration split.

Energy is expected output tokens x the estimation core's median J per output token. This source has no answer
lengths, so the predictor's own expectation stands in for them, for every router alike. The best single
model is the best one over all prompts, so that no split's luck names another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from ranking import World

from sobrio.impact import Scenarios
from sobrio.understand import Predictor

Floats = NDArray[np.float64]
SPLITS = 5
SCENARIOS = 500
WEIGHTS = np.concatenate([[0.0], np.geomspace(1e-3, 30.0, 60)])


def pool(world: World) -> dict[str, Any]:
    source, where = next((s, w) for s, w in world.slices() if s.name == "llmrouter")
    scores = source.scores
    rows = np.flatnonzero(np.isfinite(scores).all(axis=1))
    tokens = Predictor.default().output_tokens([source.prompts[row] for row in rows], source.models)
    energy = tokens * _joules_per_token(source.models)
    splits = [_split(world, source, where.start, rows, energy, seed) for seed in range(SPLITS)]
    names = [model.name for model in source.models]
    mean = {key: round(float(np.mean([each[key] for each in splits])), 4) for key in splits[0]}
    return {
        "models": names,
        "prompts": len(rows),
        "splits": SPLITS,
        "note": " ".join(__doc__.split("\n\n")[1].split()),
        **mean,
    }


def _joules_per_token(models: Any) -> Floats:
    size = np.array([float(model.active_params_b) for model in models])
    drawn = Scenarios.draw(count=SCENARIOS, seed=0).accelerator_energy(
        total_params_b=size, active_params_b=size, architecture="dense", output_tokens=300
    )
    return np.median(drawn, axis=0)


def _split(world: World, source: Any, start: int, rows: Any, energy: Floats, seed: int) -> dict[str, float]:
    """A third teaches, a third freezes the weight of energy, a third tests."""
    taught, frozen, tested = np.array_split(np.random.default_rng(seed).permutation(len(rows)), 3)
    scores = source.scores[rows]
    fitted = Predictor.default().fit([source.prompts[r] for r in rows[taught]], source.models, scores[taught])
    expected = fitted.expected([world.seen[start + row] for row in rows], source.models)
    best = int(scores.mean(axis=0).argmax())
    single = scores[tested, best].mean(), energy[tested, best].mean()
    found: dict[str, float] = {"best_single_score": float(single[0])}
    for floor in (1.0, 0.95):
        weight = _frozen(expected[frozen], scores[frozen], energy[frozen], best, floor)
        got, spent = _routed(expected[tested], scores[tested], energy[tested], weight)
        found[f"score_ratio_at_{floor:g}"] = float(got / single[0])
        found[f"energy_ratio_at_{floor:g}"] = float(spent / single[1])
    oracle = scores[tested].max(axis=1).mean() / single[0]
    return {**found, "oracle_score_ratio": float(oracle),
            "random_score_ratio": float(scores[tested].mean() / single[0]),
            "random_energy_ratio": float(energy[tested].mean() / single[1])}  # fmt: skip


def _routed(expected: Floats, scores: Floats, energy: Floats, weight: float) -> tuple[float, float]:
    chosen = (expected - weight * energy / energy.mean()).argmax(axis=1)
    rows = np.arange(len(chosen))
    return float(scores[rows, chosen].mean()), float(energy[rows, chosen].mean())


def _frozen(expected: Floats, scores: Floats, energy: Floats, best: int, floor: float) -> float:
    """The greatest weight whose score reaches the floor on the calibration split; 0 when none does."""
    wanted = floor * scores[:, best].mean()
    reached = [w for w in WEIGHTS if _routed(expected, scores, energy, w)[0] >= wanted]
    return float(max(reached, default=0.0))
