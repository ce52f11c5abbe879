"""Few labels on many pairs of models: what fitting adds to the ranking, on a battery of cases.

The cases (`few_labels.csv`) were drawn by hash among the pairs whose gap is neither tiny nor huge. The method
was chosen on one half, `development`; the other, `confirmation`, was looked at when it stood. The predictor
never saw the source, nor any question it shares with another, and no question is both taught and tested.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from metrics import apgr, cpt
from numpy.typing import NDArray
from ranking import World, average, grouped_split, trained_without

from sobrio.understand import Predictor
from sobrio.understand.labels import Labels
from sobrio.understand.lesson import chances
from sobrio.understand.outcomes import Outcomes
from sobrio.understand.train.outcomes import Source
from sobrio.understand.views import Prompts

Floats = NDArray[np.float64]
CASES = Path(__file__).with_name("few_labels.csv")
LABELS = {"exam": (100, 300, 1_500), "mix": (300, 1_500), "maths": (100, 250, 500), "rest": (100, 300, 500)}
MOST_TAUGHT = 0.78
"""Of a part's prompts: the others test."""
SPLITS = 2
FIRST_SEED = 1_000
DRAWS = 2_000
SCIENCES = ("chemistry", "engineering", "math", "physics")
PARTS = {
    ("mmlu_pro", "stem"): lambda kind: kind in SCIENCES,
    ("mmlu_pro", "other"): lambda kind: kind not in SCIENCES,
    ("routerbench", "exam"): lambda kind: kind != "mbpp",
    ("llmrouter", "exam"): lambda kind: kind in ("openbook_qa", "arc_challenge", "gpqa"),
    ("llmrouter", "math"): lambda kind: kind == "math",
    ("llmrouter", "all"): lambda kind: kind != "trivia_qa",
}


@dataclass(frozen=True)
class Case:
    half: str
    kind: str
    source: str
    part: str
    strong: str
    weak: str


@dataclass(frozen=True)
class Pool:
    """What is labelled and tested of one case."""

    prompts: Prompts
    names: tuple[str, ...]
    traits: Floats
    scores: Floats
    """Of the strong model and of the weak, shape (prompts, 2)."""
    rows: NDArray[np.intp]
    """The prompts of the case."""
    groups: NDArray[Any]

    def fitted(self, taught: NDArray[Any], scores: Floats) -> Labels:
        """On `scores`, shape (taught, 2)."""
        nothing = np.full((len(taught), 2), np.nan)
        weights = np.ones(len(taught))
        return Labels().with_outcomes(
            Outcomes(self.names, self.prompts.at(taught), self.traits, scores, nothing, weights)
        )


def battery(
    world: World, data: Path, halves: Sequence[str] = ("development", "confirmation")
) -> dict[str, Any]:
    rows = [row for case, pool in pools(world, data, halves) for row in _measured(case, pool)]
    return {
        "note": " ".join(__doc__.split("\n\n")[1].split()),
        "splits": SPLITS,
        **{half: _summary([row for row in rows if row["half"] == half]) for half in halves},
        "cases": rows,
    }


def pools(world: World, data: Path, halves: Sequence[str]) -> Iterator[tuple[Case, Pool]]:
    """Every case, as a predictor sees it that never saw its source."""
    with CASES.open(encoding="utf-8", newline="") as lines:
        cases = [Case(**row) for row in csv.DictReader(lines)]
    cases.sort(key=lambda case: (case.source, case.part))
    for name, of_source in groupby((each for each in cases if each.half in halves), lambda case: case.source):
        source, where = next((s, w) for s, w in world.slices() if s.name == name)
        predictor = trained_without(world, where)
        prompts, kinds = predictor.view(world.seen[where]).prompts, categories(data, name)
        for case in of_source:
            yield case, _pool(case, predictor, source, prompts, kinds)


def categories(data: Path, source: str) -> NDArray[Any]:
    """By prompt, as `Source` orders them."""
    import pandas as pd

    prompts = pd.read_parquet(data / "routing" / f"{source}.prompts.parquet")
    return prompts.drop_duplicates("prompt_id").sort_values("prompt_id").category.to_numpy()


def _pool(case: Case, predictor: Predictor, source: Source, prompts: Prompts, kinds: NDArray[Any]) -> Pool:
    models, scores = _pair(source, case)
    chosen = PARTS.get((case.source, case.part), lambda _: True)
    rows = np.flatnonzero(np.isfinite(scores).all(axis=1) & [chosen(kind) for kind in kinds])
    roster = predictor.rosters.of(models)
    traits = np.column_stack([roster.facts, roster.ability])
    return Pool(prompts, roster.names, traits, scores, rows, np.array(source.groups))


def _measured(case: Case, pool: Pool) -> Iterator[dict[str, Any]]:
    """One row per number of labels, a mean over splits."""
    for labels in LABELS[case.kind]:
        if labels > MOST_TAUGHT * len(pool.rows):
            continue
        splits = []
        for seed in range(FIRST_SEED, FIRST_SEED + SPLITS):
            taught, tested = grouped_split(pool.rows, pool.groups, labels, seed)
            asked = pool.prompts.at(tested)
            before = chances(asked, pool.traits)
            after = pool.fitted(taught, pool.scores[taught]).correct(asked, before, pool.names)
            gain = pool.scores[tested, 0] - pool.scores[tested, 1]
            splits.append(_ranked(gain, before, "before") | _ranked(gain, after, "after"))
        yield {
            **asdict(case),
            "labels": labels,
            "tested": len(pool.rows) - labels,
            **average(splits),
        }


def _ranked(gain: Floats, expected: Floats, name: str) -> dict[str, float]:
    said = expected[:, 0] - expected[:, 1]
    return {f"{name}_apgr": apgr(gain, said), f"{name}_cpt80": cpt(gain, said, 0.8)}


def _pair(source: Source, case: Case) -> tuple[list[Any], Floats]:
    """The two models, and their scores: where settings differ by part, whichever is known."""
    columns = []
    for name in (case.strong, case.weak):
        places = [place for place, model in enumerate(source.models) if model.name == name]
        places.sort(key=lambda place: -int(np.isfinite(source.scores[:, place]).sum()))
        scores = source.scores[:, places[0]]
        for place in places[1:] if case.source == "routerbench" else ():
            scores = np.where(np.isfinite(scores), scores, source.scores[:, place])
        columns.append((source.models[places[0]], scores))
    return [model for model, _ in columns], np.column_stack([scores for _, scores in columns])


def _summary(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """By kind and number of labels: means, and a 90 % interval of the gain over the cases."""
    found = []
    for kind, counts in LABELS.items():
        for labels in counts:
            some = [row for row in rows if row["kind"] == kind and row["labels"] == labels]
            if some:
                found.append({"kind": kind, "labels": labels, "cases": len(some), **_of(some)})
    return [*found, {"kind": "all", "cases": len(rows), **_of(rows)}]


def _of(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    names = ("before_apgr", "after_apgr", "before_cpt80", "after_cpt80")
    gained = np.array([row["after_apgr"] - row["before_apgr"] for row in rows])
    drawn = np.random.default_rng(0).choice(gained, (DRAWS, len(gained))).mean(axis=1)
    low, high = np.quantile(drawn, [0.05, 0.95])
    return {
        **average([{name: row[name] for name in names} for row in rows]),
        "gain": round(float(gained.mean()), 4),
        "gain_low": round(float(low), 4),
        "gain_high": round(float(high), 4),
        "worse": round(float((gained < -0.005).mean()), 3),
        "worst": round(float(gained.min()), 4),
    }
