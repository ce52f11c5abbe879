"""`train`: outcome files in, the shipped predictor file and a report out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import default_encoder
from sobrio.understand import features
from sobrio.understand.facts import FACTS, facts_of
from sobrio.understand.features import features_of
from sobrio.understand.parameters import Parameters, save
from sobrio.understand.train.anchors import anchors
from sobrio.understand.train.bilinear import Block, Solution, solve
from sobrio.understand.train.names import spelled
from sobrio.understand.train.outcomes import Source, load

HASHED_SCALE: Final = 4.0
"""n-grams against surface features; the penalties below are for features on this scale."""
_DENSE_PENALTY: Final = 3.0
_HASHED_PENALTY: Final = 3.0
_INTERACTION_PENALTY: Final = 6.0
"""How much dearer a weight is for a fact other than `one`."""
_ABILITY_PENALTY: Final = 30.0
_HABIT_PENALTY: Final = 10.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    sources: tuple[tuple[str, int, int], ...]
    """(name, prompts, outcomes)."""
    quality_loss: float
    length_ln_sd: float
    seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Design:
    """Prompts as a matrix, shared by the quality and the length model."""

    matrix: Any
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    seen: NDArray[np.bool_]
    """Buckets of the hashed half that the training prompts use."""


def train(data: Path, out: Path) -> TrainingReport:
    """Train on every source below `data` and write the predictor to `out` (npz)."""
    begun = time.perf_counter()
    sources = (*load(data), anchors())
    parameters, quality, length_sd = fit_sources(sources)
    save(parameters, out)
    return TrainingReport(
        sources=tuple((s.name, len(s.prompts), int(np.isfinite(s.scores).sum())) for s in sources),
        quality_loss=quality,
        length_ln_sd=length_sd,
        seconds=time.perf_counter() - begun,
        bytes=out.stat().st_size,
    )


def fit_sources(sources: Sequence[Source]) -> tuple[Parameters, float, float]:
    """(the parameters, the mean log loss, the spread of ln tokens)."""
    design = design_of([prompt for source in sources for prompt in source.prompts])
    names = sorted({spelled(model.name) for source in sources for model in source.models})
    quality = _solve(design, sources, names, length=False)
    length = _solve(design, sources, names, length=True)
    spread = _length_spread(design, sources, names, length)
    cells = sum(np.isfinite(source.scores).sum() for source in sources)
    dense = design.mean.size + 1
    parameters = Parameters(
        mean=design.mean,
        scale=design.scale,
        quality_dense=quality.weights[:dense].astype(np.float32),
        quality_hashed=(HASHED_SCALE * quality.weights[dense:]).astype(np.float16),
        length_dense=length.weights[:dense].astype(np.float32),
        length_hashed=(HASHED_SCALE * length.weights[dense:]).astype(np.float16),
        names=tuple(names),
        ability=quality.ability.astype(np.float32),
        verbosity=length.ability.astype(np.float32),
        ability_sd=float(np.std(quality.ability)),
        length_ln_sd=spread,
        seen=design.seen,
    )
    return parameters, quality.loss / float(cells), spread


def design_of(prompts: Sequence[str]) -> Design:
    """Surface features standardised, a one, and the n-grams of every prompt, sparse."""
    from scipy import sparse

    dense = np.zeros((len(prompts), len(features.NAMES)), np.float32)
    hashed = []
    for row, prompt in enumerate(prompts):
        seen = features_of(prompt)
        dense[row] = seen.dense
        hashed.append(sparse.csr_matrix(seen.hashed))
    mean, scale = dense.mean(axis=0), np.maximum(dense.std(axis=0), 0.05)
    ones = np.ones((len(prompts), 1))
    ngrams = sparse.vstack(hashed)
    matrix = sparse.hstack(
        [(dense - mean) / scale, ones, HASHED_SCALE * ngrams], format="csr", dtype=np.float64
    )
    return Design(matrix, mean, scale, np.asarray((ngrams > 0).sum(axis=0)).ravel() > 0)


def _solve(design: Design, sources: Sequence[Source], names: Sequence[str], *, length: bool) -> Solution:
    return solve(
        design.matrix,
        blocks_of(sources, names, length=length),
        len(names),
        weight_penalty=_penalties(design.mean.size),
        ability_penalty=_ABILITY_PENALTY,
        habit_penalty=_HABIT_PENALTY,
        logistic=not length,
    )


def _penalties(dense: int) -> Floats:
    """The intercepts are almost free, interactions with model facts are dearer."""
    penalty = np.full((dense + 1 + default_encoder().dimensions, len(FACTS)), _HASHED_PENALTY)
    penalty[:dense] = _DENSE_PENALTY
    penalty[:, 1:] *= _INTERACTION_PENALTY
    penalty[dense] = 0.01
    return penalty


def blocks_of(sources: Sequence[Source], names: Sequence[str], *, length: bool) -> list[Block]:
    """Each source counts as the square root of its number of outcomes."""
    numbers = {name: number for number, name in enumerate(names)}
    blocks, start = [], 0
    for source in sources:
        targets = np.log(source.tokens) if length else source.scores
        known = np.isfinite(targets)
        weight = 100.0 / np.sqrt(max(known.sum(), 1))
        blocks.append(
            Block(
                rows=slice(start, start + len(source.prompts)),
                facts=np.array([facts_of(model) for model in source.models]),
                model=np.array([numbers[spelled(model.name)] for model in source.models]),
                targets=targets,
                weights=weight * known,
            )
        )
        start += len(source.prompts)
    return blocks


def _length_spread(
    design: Design, sources: Sequence[Source], names: Sequence[str], length: Solution
) -> float:
    projected = design.matrix @ length.weights
    errors = []
    for block, habit in zip(blocks_of(sources, names, length=True), length.habits, strict=True):
        linear = projected[block.rows] @ block.facts.T + length.ability[block.model] + habit
        errors.append((block.targets - linear)[np.isfinite(block.targets)])
    return float(np.std(np.concatenate(errors)))
