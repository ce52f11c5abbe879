"""How well predicted gains rank prompts: held-out fifth, leave-one-source-out, and few labels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from metrics import apgr, cpt, interval
from numpy.typing import NDArray
from pairs import pairs_of

from sobrio.understand import Predictor
from sobrio.understand.features import Features
from sobrio.understand.train.outcomes import Source
from sobrio.understand.train.training import fit_sources

Floats = NDArray[np.float64]
ITERATIONS = 60
UNSCORED = ("arena_hard_published", "anchors, trivial", "anchors, easy code")


@dataclass(frozen=True)
class World:
    sources: Sequence[Source]
    seen: Sequence[Features]

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


def held_out_fifth(world: World) -> dict[str, Any]:
    """Train on four fifths of the questions of every source, test on the rest."""
    digests = [hashlib.sha256(group.encode()).digest() for group in world.groups()]
    tested = np.array([digest[0] % 5 == 0 for digest in digests])
    predictor = _trained(world, ~tested)
    return _table([_row(world, predictor, source, where, tested) for source, where in world.slices()])


def leave_one_source_out(world: World) -> dict[str, Any]:
    """Train without a source, nor any question it shares with another; test on all of it."""
    groups = world.groups()
    rows = []
    for source, where in world.slices():
        tested = np.zeros(len(groups), bool)
        tested[where] = True
        predictor = _trained(world, ~np.isin(groups, groups[where]))
        rows.append(_row(world, predictor, source, where, tested))
    return _table(rows)


def _trained(world: World, rows: NDArray[np.bool_]) -> Predictor:
    parameters, _ = fit_sources(world.sources, world.seen, rows=rows, iterations=ITERATIONS, lengths=False)
    return Predictor.of(parameters, "benchmark")


def _row(
    world: World, predictor: Predictor, source: Source, where: slice, tested: NDArray[np.bool_]
) -> dict[str, Any]:
    kept = np.flatnonzero(tested[where])
    seen = [world.seen[where.start + place] for place in kept]
    expected = predictor.expected(seen, source.models)
    lengths = np.array([float(len(source.prompts[place])) for place in kept])
    groups = np.array(source.groups)[kept]
    measured = [
        measure(source.scores[kept], expected, lengths, groups, strong, weak)
        for strong, weak in pairs_of(source)
    ]
    return {"source": source.name, "prompts": len(kept), **average([each for each in measured if each])}


def measure(
    scores: Floats, expected: Floats, lengths: Floats, groups: NDArray[Any], strong: int, weak: int
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
        "length_router_apgr": apgr(gain, lengths[known]),
        "random_apgr": 0.5,
        "oracle_apgr": apgr(gain, gain),
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
    groups = world.groups()
    predictor = _trained(world, ~np.isin(groups, groups[where]))
    names = [model.name for model in source.models]
    columns = [names.index(strong), names.index(weak)]
    rows = [_split(predictor, source, columns, labels, seed) for seed in range(splits)]
    return {
        "source": name,
        "strong": strong,
        "weak": weak,
        "labels": labels,
        "splits": splits,
        **average(rows),
    }


def _split(
    predictor: Predictor, source: Source, columns: list[int], labels: int, seed: int
) -> dict[str, float]:
    scores = source.scores[:, columns]
    known = np.flatnonzero(np.isfinite(scores).all(axis=1))
    order = np.random.default_rng(seed).permutation(known)
    taught, tested = order[:labels], order[labels:]
    models = [source.models[column] for column in columns]
    fitted = predictor.fit([source.prompts[row] for row in taught], models, scores[taught])
    prompts = [source.prompts[row] for row in tested]
    lengths = np.array([float(len(prompt)) for prompt in prompts])
    groups = np.array(source.groups)[tested]

    def measured(quality: Callable[..., Floats]) -> dict[str, float]:
        return measure(scores[tested], quality(prompts, models), lengths, groups, 0, 1)

    before, after = measured(predictor.quality), measured(fitted.quality)
    return {**after, "unfitted_apgr": before["apgr"]}
