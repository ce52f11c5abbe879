"""How far expected answer lengths hold: on questions held out of training, and on requests of known order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from ranking import FOLDS, Floats, World, fold_of
from scipy.stats import spearmanr

from sobrio.catalog import Catalog
from sobrio.understand import Predictor
from sobrio.understand.prior import ln_sd, ln_tokens
from sobrio.understand.train.outcomes import Source
from sobrio.understand.train.training import fit_sources

REQUESTS = Path(__file__).with_name("lengths.txt")
MODELS = ("llama-3.1-8b-instruct", "llama-3.3-70b-instruct", "qwen3-8b", "gpt-5.4-mini", "gpt-oss-20b")
NINETY = 1.645
LEAST_MODELS = 3


def answer_lengths(world: World) -> dict[str, Any]:
    return {"held_out_fifth": [*_held_out(world)], "requests": _ordered()}


def _held_out(world: World) -> Iterator[dict[str, Any]]:
    """ln tokens as measured, or characters over four; models that hide their thoughts are left out."""
    tested = fold_of(world) == FOLDS - 1
    known, _ = fit_sources(world.sources, world.seen, world.tied, rows=~tested)
    predictor = Predictor.of(known, "benchmark")
    for source, where in world.slices():
        rows = np.flatnonzero(tested[where])
        view = predictor.view([world.seen[where.start + row] for row in rows])
        said = ln_tokens(view, predictor.rosters.of(source.models))
        thinks = np.array([model.reasoning for model in source.models])
        written = np.where(thinks, np.nan, np.log(source.tokens[rows]))
        if np.isfinite(written).any():
            yield _row(source, said, written, ln_sd(view, said, known.length_ln_sd))


def _row(source: Source, said: Floats, written: Floats, spread: Floats) -> dict[str, Any]:
    known = np.isfinite(written)
    errors = (said - written)[known]
    rows = known.sum(axis=1) >= LEAST_MODELS
    by_prompt = [np.nanmean(np.where(known, each, np.nan)[rows], axis=1) for each in (said, written)]
    return {
        "source": source.name,
        "answers": len(errors),
        "median_tokens": round(float(np.exp(np.median(written[known])))),
        "bias": round(float(errors.mean()), 3),
        "median_absolute_error": round(float(np.median(np.abs(errors))), 3),
        "rank_correlation_of_prompts": round(float(spearmanr(*by_prompt)[0]), 3),
        "within_p5_to_p95": round(float((np.abs(errors) < NINETY * spread[known]).mean()), 3),
    }


def _ordered() -> dict[str, Any]:
    kinds, requests = _requests()
    models = [Catalog.default().model(name) for name in MODELS]
    tokens = Predictor.default().output_tokens([request for _, request in requests], models)
    place = np.array([kind for kind, _ in requests])
    low, high = (np.array([kinds[kind][end] for kind in place])[:, None] for end in (1, 2))
    return {
        "models": MODELS,
        "rank_correlation": [round(float(spearmanr(place, column)[0]), 3) for column in tokens.T],
        "in_range": ((tokens >= low) & (tokens <= high)).mean(axis=0).round(3).tolist(),
        "median_tokens": {
            name: np.median(tokens[place == kind], axis=0).round().tolist()
            for kind, (name, *_) in enumerate(kinds)
        },
    }


def _requests() -> tuple[list[tuple[str, int, int]], list[tuple[int, str]]]:
    """(kinds with the fewest and most tokens, requests with the place of their kind)."""
    kinds: list[tuple[str, int, int]] = []
    requests = []
    for line in REQUESTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name, fewest, most = line.strip("[]").rsplit(maxsplit=2)
            kinds.append((name, int(fewest), int(most)))
        elif line and not line.startswith("#"):
            requests.append((len(kinds) - 1, line))
    return kinds, requests
