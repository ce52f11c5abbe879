"""How well predicted gains rank prompts: held-out fifth, leave-one-source-out, and few labels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from metrics import apgr, cpt, interval
from numpy.typing import NDArray
from pairs import pairs_of

from sobrio.understand import Predictor
from sobrio.understand.features import Features
from sobrio.understand.train.outcomes import Source
from sobrio.understand.train.training import Tied, fit_sources

Floats = NDArray[np.float64]
ITERATIONS = 60
FOLDS = 5
UNSCORED = (
    "open chat, lengths",
    "anchors, trivial",
    "anchors, easy code",
    "graded requests",
    "closed questions",
    "closed exercises",
    "forms, lengths",
)


@dataclass(frozen=True)
class World:
    sources: Sequence[Source]
    seen: Sequence[Features]
    tied: Sequence[Tied] = ()
    litellm: NDArray[Any] | None = None
    """Scores of litellm's complexity router for the first so many prompts, where they were computed."""

    def others(self, rows: NDArray[Any]) -> dict[str, Floats]:
        """What other routers go by, for the prompts at `rows`."""
        others = {"length_router": np.array([float(len(self.seen[row].reading.text)) for row in rows])}
        if self.litellm is not None:
            others["litellm_complexity"] = self.litellm[rows]
        return others

    def slices(self) -> Iterator[tuple[Source, slice]]:
        """The sources that have outcomes of their own, and where their prompts stand."""
        start = 0
        for source in self.sources:
            end = start + len(source.prompts)
            if source.name not in UNSCORED:
                yield source, slice(start, end)
            start = end

    def groups(self) -> NDArray[Any]:
        return np.array([group for source in self.sources for group in source.groups])


def held_out_fifths(world: World) -> dict[str, Any]:
    """Each fifth of the questions of every source in turn: train on the others, test on it."""
    return _table([_row(world, *each) for each in expected_held_out(world)])


def leave_one_source_out(world: World) -> dict[str, Any]:
    """Train without a source, nor any question it shares with another; test on all of it."""
    return _table([_row(world, *each) for each in expected_left_out(world)])


def expected_held_out(
    world: World, folds: Sequence[int] = range(FOLDS)
) -> Iterator[tuple[Floats, Source, slice]]:
    """(expectations by the predictor that never saw the prompt, its source, where it stands).

    NaN for the prompts of other folds than `folds`.
    """
    fold = fold_of(world)
    predictors = {each: _trained(world, fold != each) for each in folds}
    for source, where in world.slices():
        expected = np.full(source.scores.shape, np.nan)
        for each, predictor in predictors.items():
            tested = np.flatnonzero(fold[where] == each)
            expected[tested] = predictor.expected(
                [world.seen[where.start + row] for row in tested], source.models
            )
        yield expected, source, where


def fold_of(world: World) -> NDArray[Any]:
    """By question, shape (prompts,)."""
    return np.array([hashlib.sha256(group.encode()).digest()[0] % FOLDS for group in world.groups()])


def expected_left_out(world: World) -> Iterator[tuple[Floats, Source, slice]]:
    """The same by predictors that never saw any prompt of the source."""
    for source, where in world.slices():
        predictor = trained_without(world, where)
        yield predictor.expected(world.seen[where], source.models), source, where


def trained_without(world: World, where: slice) -> Predictor:
    """A predictor that saw neither these prompts nor any other wording of their questions."""
    groups = world.groups()
    return _trained(world, ~np.isin(groups, groups[where]))


def _trained(world: World, rows: NDArray[np.bool_]) -> Predictor:
    parameters, _ = fit_sources(
        world.sources, world.seen, world.tied, rows=rows, iterations=ITERATIONS, lengths=False
    )
    return Predictor.of(parameters, "benchmark")


def _row(world: World, expected: Floats, source: Source, where: slice) -> dict[str, Any]:
    others = world.others(np.arange(where.start, where.stop))
    measured = [
        measure(source.scores, expected, others, np.array(source.groups), strong, weak)
        for strong, weak in pairs_of(source)
    ]
    return {
        "source": source.name,
        "prompts": len(source.prompts),
        **average([each for each in measured if each]),
    }


def measure(
    scores: Floats, expected: Floats, others: dict[str, Floats], groups: NDArray[Any], strong: int, weak: int
) -> dict[str, float]:
    known = np.isfinite(scores[:, strong]) & np.isfinite(scores[:, weak])
    gain = scores[known, strong] - scores[known, weak]
    if known.sum() < 30 or gain.sum() <= 0:
        return {}
    predicted = expected[known, strong] - expected[known, weak]
    low, high = interval(gain, predicted, groups[known])
    return {
        "apgr": apgr(gain, predicted),
        "apgr_low": low,
        "apgr_high": high,
        "cpt50": cpt(gain, predicted, 0.5),
        "cpt80": cpt(gain, predicted, 0.8),
        "random_apgr": 0.5,
        "oracle_apgr": apgr(gain, gain),
        **{f"{name}_apgr": apgr(gain, values[known]) for name, values in others.items()},
    }


def average(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return (
        {name: round(float(np.nanmean([row[name] for row in rows])), 4) for name in rows[0]} if rows else {}
    )


def _table(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    scored = [row for row in rows if "apgr" in row]
    numbers = [{name: value for name, value in row.items() if name != "source"} for row in scored]
    below = [row["source"] for row in scored if row["apgr_high"] < 0.5]
    return {"mean": average(numbers), "surely_below_random": below, "sources": rows}


def few_labels(
    world: World, name: str, strong: str, weak: str, labels: int, splits: int = 5
) -> dict[str, Any]:
    """The default predictor trained without the source, then fitted on so many labelled questions of it."""
    source, where = next((s, w) for s, w in world.slices() if s.name == name)
    predictor = trained_without(world, where)
    columns = [_fullest(source, strong), _fullest(source, weak)]
    rows = [_split(world, where, predictor, source, columns, labels, seed) for seed in range(splits)]
    return {
        "source": name,
        "strong": strong,
        "weak": weak,
        "labels": labels,
        "splits": splits,
        **average(rows),
    }


def grouped_split(
    rows: NDArray[Any], groups: NDArray[Any], labels: int, seed: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """(about so many rows to teach, the others); no question stands on both sides."""
    names, codes = np.unique(groups[rows], return_inverse=True)
    rng = np.random.default_rng(seed)
    place = np.empty(len(names), int)
    place[rng.permutation(len(names))] = np.arange(len(names))
    order = np.argsort(place[codes], kind="stable")
    cut = labels
    while cut < len(rows) and codes[order[cut]] == codes[order[cut - 1]]:
        cut += 1
    return rng.permutation(rows[order[:cut]]), rows[order[cut:]]


def _fullest(source: Source, name: str) -> int:
    """The column of the setting in which the model met most prompts."""
    columns = [place for place, model in enumerate(source.models) if model.name == name]
    return max(columns, key=lambda place: int(np.isfinite(source.scores[:, place]).sum()))


def _split(
    world: World,
    where: slice,
    predictor: Predictor,
    source: Source,
    columns: list[int],
    labels: int,
    seed: int,
) -> dict[str, float]:
    scores = source.scores[:, columns]
    known = np.flatnonzero(np.isfinite(scores).all(axis=1))
    taught, tested = grouped_split(known, np.array(source.groups), labels, seed)
    models = [source.models[column] for column in columns]
    fitted = predictor.fit([source.prompts[row] for row in taught], models, scores[taught])
    seen = [world.seen[where.start + row] for row in tested]
    others = world.others(where.start + tested)
    groups = np.array(source.groups)[tested]

    def measured(asked: Predictor) -> dict[str, float]:
        return measure(scores[tested], asked.expected(seen, models), others, groups, 0, 1)

    before, after = measured(predictor), measured(fitted)
    return {**after, "unfitted_apgr": before["apgr"]}
