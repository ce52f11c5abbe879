"""`train`: outcome files in, the shipped predictor file and a report out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sobrio.encode import default_encoder
from sobrio.terms.model import Model
from sobrio.understand import features
from sobrio.understand.facts import facts_of
from sobrio.understand.features import Features, features_of
from sobrio.understand.gloss import GLOSSED
from sobrio.understand.parameters import Parameters, save, standardise
from sobrio.understand.train.anchors import anchors
from sobrio.understand.train.bilinear import Block, Design, Penalties, Solution, Ties, solve
from sobrio.understand.train.closed import closed, parallel_closed
from sobrio.understand.train.graded import graded
from sobrio.understand.train.kinds import kind_of
from sobrio.understand.train.landmarks import Landmarks, kinds_of, landmarks_of
from sobrio.understand.train.lengths import chat_lengths, form_lengths
from sobrio.understand.train.names import spelled
from sobrio.understand.train.outcomes import Source, load
from sobrio.understand.train.parallel import parallel
from sobrio.understand.train.subjects import subjects_of

ITERATIONS: Final = 120
_TIE_STRENGTH: Final = 20_000.0
_LEAST_SCALE: Final = 0.05
_SOURCE_WEIGHT: Final = 100.0
_UNUSABLE: Final = ("llmrouter_trivia_qa",)
"""Scored by F1 against a single alias: right answers get 0, so its level would teach that trivia is hard."""
_TRANSLATORS: Final = ("translation system", "NLLB")

Floats = NDArray[np.float64]
Tied: TypeAlias = tuple[Features, Features]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    sources: tuple[tuple[str, int, int], ...]
    """(name, prompts, outcomes)."""
    quality_loss: float
    """Mean weighted log loss on the training data."""
    length_ln_sd: float
    """Spread of ln(output tokens) around the expectation."""
    seconds: float
    bytes: int


def train(data: Path, out: Path) -> TrainingReport:
    """Train on every source below `data` and write the predictor to `out` (npz).

    Raises `InputError` when `data` holds no outcomes.
    """
    begun = time.perf_counter()
    sources = (*load(data), *chat_lengths(data), *anchors(), *graded(data), *closed(), *form_lengths())
    seen = [features_of(prompt) for source in sources for prompt in source.prompts]
    parameters, loss = fit_sources(sources, seen, tied(data))
    save(parameters, out)
    return TrainingReport(
        sources=tuple((s.name, len(s.prompts), int(np.isfinite(s.scores).sum())) for s in sources),
        quality_loss=loss,
        length_ln_sd=parameters.length_ln_sd,
        seconds=time.perf_counter() - begun,
        bytes=out.stat().st_size,
    )


def tied(data: Path) -> list[Tied]:
    """Every parallel prompt in another language, and its English side."""
    asked = [[features_of(each) for each in prompts] for prompts in (*parallel(data), *parallel_closed())]
    return [(other, english) for english, *others in asked for other in others]


def fit_sources(
    sources: Sequence[Source],
    seen: Sequence[Features],
    pairs: Sequence[Tied] = (),
    penalties: Penalties | None = None,
    rows: NDArray[np.bool_] | None = None,
    iterations: int = ITERATIONS,
    *,
    lengths: bool = True,
) -> tuple[Parameters, float]:
    """(the parameters, the mean log loss). `rows` are the prompts to learn from; all by default.

    Without `lengths` the answer lengths are not learnt, which halves the time.
    """
    kept = np.ones(len(seen), bool) if rows is None else rows
    surface = np.array([each.dense for each in seen])
    familiar = kept & np.array([source.at_home for source in sources for _ in source.prompts])
    mean, scale = surface[familiar].mean(axis=0), np.maximum(surface[familiar].std(axis=0), _LEAST_SCALE)
    design = _with_means(
        Design(_with_one(standardise(surface, mean, scale)), hashed_matrix(seen)), sources, kept
    )
    ties = _ties(pairs, mean, scale) if pairs else None
    names = sorted({spelled(model.name) for source in sources for model in source.models})
    solved = [
        solve(
            design if ngrams else _without_ngrams(design),
            blocks_of(sources, names, kept, length=length),
            len(names),
            penalties=penalties or Penalties(),
            logistic=not length,
            iterations=(iterations if ngrams else 2 * iterations) if lengths or not length else 1,
            ties=ties if ngrams or ties is None else replace(ties, hashed=ties.hashed * 0.0),
        )
        for ngrams, length in product((True, False), (False, True))
    ]
    at_home = familiar & np.array([each.reading.language not in GLOSSED for each in seen])
    hashed = design.hashed[: len(seen)]
    landmarks = landmarks_of(hashed[at_home])
    data_sets = np.array([each for source in sources for each in source.datasets])[at_home]
    kinds = kinds_of(landmarks.centres, hashed[at_home], [kind_of(each) for each in data_sets])
    about = [each for source in sources for each in source.subjects or ("",) * len(source.prompts)]
    subjects = subjects_of(hashed[kept], np.array(about)[kept])
    parameters = _parameters(mean, scale, solved, names, landmarks, kinds, subjects)
    return parameters, solved[0].loss


def _ties(pairs: Sequence[Tied], mean: NDArray[np.float32], scale: NDArray[np.float32]) -> Ties:
    others, english = zip(*pairs, strict=True)
    dense = [standardise(np.array([each.dense for each in some]), mean, scale) for some in (others, english)]
    apart = np.hstack([dense[0] - dense[1], np.zeros((len(pairs), 1))])
    return Ties(apart.astype(np.float64), hashed_matrix(others) - hashed_matrix(english), _TIE_STRENGTH)


def _with_means(design: Design, sources: Sequence[Source], kept: NDArray[np.bool_]) -> Design:
    """With the mean prompt of each pooled source as a last row."""
    from scipy import sparse

    parts = [rows for source, rows in zip(sources, _rows_of(sources, kept), strict=True) if source.pooled]
    means = [np.asarray(design.hashed[rows].mean(axis=0)) for rows in parts]
    return Design(
        np.vstack([design.dense, *(design.dense[rows].mean(axis=0) for rows in parts)]),
        sparse.vstack([design.hashed, *map(sparse.csr_matrix, means)], format="csr"),
    )


def _rows_of(sources: Sequence[Source], kept: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Of each source, those that are learnt from."""
    ends = np.cumsum([len(source.prompts) for source in sources])
    return [
        end - len(source.prompts) + np.flatnonzero(kept[end - len(source.prompts) : end])
        for source, end in zip(sources, ends, strict=True)
    ]


def _without_ngrams(design: Design) -> Design:
    from scipy import sparse

    return Design(design.dense, sparse.csr_matrix(design.hashed.shape))


def hashed_matrix(seen: Sequence[Features]) -> Any:
    """The n-gram vectors as a scipy CSR matrix."""
    from scipy import sparse

    ends = np.cumsum([0, *(len(each.hashed.places) for each in seen)])
    places = np.concatenate([each.hashed.places for each in seen])
    values = np.concatenate([each.hashed.values for each in seen]).astype(np.float64)
    return sparse.csr_matrix((values, places, ends), shape=(len(seen), default_encoder().dimensions))


def _with_one(surface: NDArray[np.float32]) -> Floats:
    return np.hstack([surface, np.ones((len(surface), 1))]).astype(np.float64)


def _parameters(
    mean: NDArray[np.float32],
    scale: NDArray[np.float32],
    solved: Sequence[Solution],
    names: Sequence[str],
    landmarks: Landmarks,
    kinds: tuple[tuple[str, ...], NDArray[np.float32]],
    subjects: NDArray[np.float32],
) -> Parameters:
    quality, length, *alone = solved
    return Parameters(
        features=features.NAMES,
        mean=mean.astype(np.float32),
        scale=scale.astype(np.float32),
        dense=np.hstack([quality.dense, length.dense]).astype(np.float32),
        alone=np.hstack([each.dense for each in alone]).astype(np.float32),
        hashed=np.hstack([quality.hashed, length.hashed]).astype(np.float32),
        names=tuple(names),
        ability=quality.own.astype(np.float32),
        verbosity=length.own.astype(np.float32),
        ability_sd=float(np.std(quality.own)),
        length_ln_sd=float(np.sqrt(2.0 * length.loss)),
        landmarks=landmarks.centres,
        usual=landmarks.usual,
        kinds=kinds[0],
        kind_shares=kinds[1],
        subjects=subjects,
    )


def blocks_of(
    sources: Sequence[Source], names: Sequence[str], kept: NDArray[np.bool_], *, length: bool
) -> list[Block]:
    """Each source counts as the square root of its number of outcomes."""
    numbers = {name: number for number, name in enumerate(names)}
    blocks, start, mean_row = [], 0, len(kept)
    for source in sources:
        usable = kept[start : start + len(source.prompts)] & ~np.isin(source.datasets, _UNUSABLE)
        rows = np.flatnonzero(usable)
        columns = np.flatnonzero([_teaches(model) for model in source.models])
        models = [source.models[column] for column in columns]
        targets = (np.log(source.tokens) if length else source.scores)[np.ix_(rows, columns)]
        known = np.isfinite(targets)
        if known.any():
            weight = 1.0 if length else source.weight
            data_set = np.unique(np.array(source.datasets)[rows], return_inverse=True)[1]
            block = Block(
                rows=start + rows,
                facts=np.array([facts_of(model) for model in models]),
                model=np.array([numbers[spelled(model.name)] for model in models]),
                data_set=data_set,
                levelled=source.levelled,
                targets=np.where(known, targets, 0.0),
                weights=known * (weight * _SOURCE_WEIGHT / np.sqrt(known.sum())),
            )
            blocks.append(_at_once(block, mean_row) if source.pooled else block)
        start += len(source.prompts)
        mean_row += source.pooled
    return blocks


def _at_once(block: Block, mean_row: int) -> Block:
    """All prompts of a pooled source as the one mean prompt, with the weight of all."""
    return replace(
        block,
        rows=np.array([mean_row]),
        data_set=block.data_set[:1],
        targets=block.targets.mean(axis=0, keepdims=True),
        weights=block.weights.sum(axis=0, keepdims=True),
    )


def _teaches(model: Model) -> bool:
    """Not a model of unknown size, nor a system that can only translate."""
    return model.active_params_b is not None and model.family not in _TRANSLATORS
