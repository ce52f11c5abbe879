"""The nine models of `llmrouter`: mean score against energy, thresholds frozen before the test.

The predictor saw no prompt of this source, nor any question it shares with another. Two thirds of the
questions teach: each fifth of them is judged by what the other fifths taught, which freezes the operating
points: the least energy for a share of the best single model's score (`at_1`, `at_0.95`), and the best score
for a share of its energy (`at_energy_0.5`, `at_energy_0.18`). Then all of them teach the predictor that the
last third tests.

Energy is expected output tokens x the estimation core's median J per output token. This source has no answer
lengths, so the predictor's own expectation stands in for them, for every router alike. The best single model
is the best one over all prompts, so that no split's luck names another. `as_recorded` counts an answer in a
wrong format as the wrong answer a user would get; `all_nine_known` leaves out every data set in which the
format failed some model throughout, and with them most questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ranking import World, grouped_split, trained_without

from sobrio.impact import Scenarios
from sobrio.understand import Predictor
from sobrio.understand.features import Features

Floats = NDArray[np.float64]
SPLITS = 3
PARTS = 5
SCENARIOS = 500
WEIGHTS = np.concatenate([[0.0], np.geomspace(1e-3, 30.0, 1_000)])
FLOORS = (1.0, 0.95)
"""Of the best single model's score, at the least energy."""
BUDGETS = (0.5, 0.18)
"""Of its energy, for the best score."""


def pool(world: World, data: Path) -> dict[str, Any]:
    source, where = next((s, w) for s, w in world.slices() if s.name == "llmrouter")
    recorded = _recorded(data, [model.name for model in source.models])
    known = np.isfinite(source.scores).all(axis=1)
    predictor = trained_without(world, where)
    seen = world.seen[where]
    tokens = Predictor.default().output_tokens(source.prompts, source.models)
    energy = tokens * _joules_per_token(source.models)
    return {
        "models": [model.name for model in source.models],
        "splits": SPLITS,
        "note": " ".join(__doc__.partition("\n\n")[2].split()),
        "as_recorded": _measured(predictor, seen, source, np.arange(len(recorded)), recorded, energy),
        "all_nine_known": _measured(predictor, seen, source, np.flatnonzero(known), recorded, energy),
    }


def _recorded(data: Path, names: list[str]) -> Floats:
    """Every score, those of a suspect format too, in the order of `Source`."""
    import pandas as pd

    outcomes = pd.read_parquet(data / "routing" / "llmrouter.outcomes.parquet")
    prompts = pd.read_parquet(data / "routing" / "llmrouter.prompts.parquet")
    table = outcomes.pivot_table(index="prompt_id", columns="model", values="score", aggfunc="mean")
    return table.loc[sorted(prompts.prompt_id.unique()), names].to_numpy(np.float64)


def _joules_per_token(models: Any) -> Floats:
    size = np.array([float(model.active_params_b) for model in models])
    drawn = Scenarios.draw(count=SCENARIOS, seed=0).accelerator_energy(
        total_params_b=size, active_params_b=size, architecture="dense", output_tokens=300
    )
    return np.median(drawn, axis=0)


def _measured(
    predictor: Predictor,
    seen: Sequence[Features],
    source: Any,
    rows: NDArray[Any],
    scores: Floats,
    energy: Floats,
) -> dict[str, Any]:
    best = int(scores[rows].mean(axis=0).argmax())
    splits = [_split(predictor, seen, source, rows, scores, energy, best, seed) for seed in range(SPLITS)]
    mean = {key: round(float(np.mean([each[key] for each in splits])), 4) for key in splits[0]}
    return {"prompts": len(rows), "best_single": source.models[best].name, **mean}


def _split(
    predictor: Predictor,
    seen: Sequence[Features],
    source: Any,
    rows: NDArray[Any],
    scores: Floats,
    energy: Floats,
    best: int,
    seed: int,
) -> dict[str, float]:
    groups = np.array(source.groups)
    taught, tested = grouped_split(rows, groups, 2 * len(rows) // 3, seed)
    parts = _parts(taught, groups)

    def expected(fitted_on: NDArray[Any], asked: NDArray[Any]) -> Floats:
        fitted = predictor.fit([source.prompts[row] for row in fitted_on], source.models, scores[fitted_on])
        return fitted.expected([seen[row] for row in asked], source.models)

    frozen = np.concatenate(parts)
    judged = np.concatenate([expected(np.setdiff1d(taught, part), part) for part in parts])
    tried = expected(taught, tested)
    single = scores[tested, best].mean(), energy[tested, best].mean()
    curve = _curve(judged, scores[frozen], energy[frozen], best)
    found: dict[str, float] = {"best_single_score": float(single[0])}
    points: dict[str, float] = {}
    for floor in FLOORS:
        points[f"{floor:g}"] = max((w for w, got, _ in curve if got >= floor), default=0.0)
    for budget in BUDGETS:
        within = [(got, w) for w, got, spent in curve if spent <= budget]
        points[f"energy_{budget:g}"] = max(within, default=(0.0, float(WEIGHTS[-1])))[1]
    for name, weight in points.items():
        got, spent = _routed(tried, scores[tested], energy[tested], weight)
        found[f"score_ratio_at_{name}"] = float(got / single[0])
        found[f"energy_ratio_at_{name}"] = float(spent / single[1])
    return {
        **found,
        "oracle_score_ratio": float(scores[tested].max(axis=1).mean() / single[0]),
        "random_score_ratio": float(scores[tested].mean() / single[0]),
        "random_energy_ratio": float(energy[tested].mean() / single[1]),
    }


def _parts(rows: NDArray[Any], groups: NDArray[Any]) -> list[NDArray[Any]]:
    """`PARTS` of about the same size; no question stands in two."""
    names, codes = np.unique(groups[rows], return_inverse=True)
    dealt = np.random.default_rng(0).permutation(len(names)) % PARTS
    return [rows[dealt[codes] == part] for part in range(PARTS)]


def _routed(expected: Floats, scores: Floats, energy: Floats, weight: float) -> tuple[float, float]:
    chosen = (expected - weight * energy / energy.mean()).argmax(axis=1)
    rows = np.arange(len(chosen))
    return float(scores[rows, chosen].mean()), float(energy[rows, chosen].mean())


def _curve(expected: Floats, scores: Floats, energy: Floats, best: int) -> list[tuple[float, float, float]]:
    """(weight of energy, score, energy), the last two against the best single model's."""
    single = scores[:, best].mean(), energy[:, best].mean()
    routed = [(float(weight), *_routed(expected, scores, energy, weight)) for weight in WEIGHTS]
    return [(weight, got / single[0], spent / single[1]) for weight, got, spent in routed]
