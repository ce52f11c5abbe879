"""Labelled traffic as a file: one JSON object a line, one model's score of one prompt.

    {"prompt": "...", "model": "...", "score": 0.8, "output_tokens": 120, "at": "2026-05-02"}

`messages` may stand for `prompt`; `output_tokens`, `at` and `weight` (how much a line counts in a fit, 1 when
left out) may be absent; there are no other keys. `at` is any ISO 8601 date or time, but none to come. Several
lines on one prompt and model are one label, their mean; a model is one by whichever of its names in the
catalogue, with any publisher before it, in capitals or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.understand.conversation import Prompt
from sobrio.understand.label_lines import Line, name_of, read_lines

_LEAST_COUNT: Final = 1e-6
"""The oldest label still counts so much, so that no sum of weights is 0."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Tables have shape (prompts, models); NaN is unknown."""

    prompts: tuple[Prompt, ...]
    models: tuple[str, ...]
    scores: Floats
    output_tokens: Floats
    days: Floats
    """Day of each prompt's latest label, counted from year 1, shape (prompts,); NaN where none is dated."""
    weights: Floats | None = None
    """Lines, by weight, that each prompt has per labelled model, shape (prompts,); `None` is one each."""
    lines: int = 0
    """Read from the file."""
    firsts: tuple[tuple[str, int], ...] = ()
    """Every model, and the number of its first line."""

    @property
    def ages(self) -> Floats:
        """Days before the latest label, shape (prompts,); 0 where no date is given."""
        return ages(self.days)

    def of(self, *models: str) -> Labelled:
        """These models, on the prompts with a score of each. Raises `InputError` where there is none."""
        models = tuple(map(name_of, models))
        unknown = [name for name in models if name not in self.models]
        if unknown:
            raise InputError(f"no label is {unknown[0]}'s; the file has {', '.join(self.models)}")
        columns = [self.models.index(name) for name in models]
        rows = np.flatnonzero(np.isfinite(self.scores[:, columns]).all(axis=1))
        if not len(rows):
            raise InputError(
                f"no prompt has a score of {' and of '.join(models)}; label some with all of them"
            )
        cut = self.at(rows)
        scores, output_tokens = cut.scores[:, columns], cut.output_tokens[:, columns]
        return replace(cut, models=models, scores=scores, output_tokens=output_tokens)

    def at(self, rows: NDArray[np.intp]) -> Labelled:
        return Labelled(
            tuple(self.prompts[row] for row in rows),
            self.models,
            self.scores[rows],
            self.output_tokens[rows],
            self.days[rows],
            None if self.weights is None else self.weights[rows],
            self.lines,
            self.firsts,
        )


def read_labelled(file: Path, *, apart: bool = False) -> Labelled:
    """Raises `InputError`, naming the line, when one cannot be read, and when there is none.

    Lines on one prompt and model are their mean. `apart`, for a fit, which makes the mean itself and by age,
    whichever file each line came in: a prompt has a row for each of its days, and for each line there on the
    same model.
    """
    rows = read_lines(file)
    firsts: dict[str, int] = {}
    for number, line, _ in rows:
        firsts.setdefault(line.model, number)
    return replace(_tables([(line, day) for _, line, day in rows], apart=apart), firsts=tuple(firsts.items()))


def ages(days: Floats) -> Floats:
    """Days before the latest; 0 where unknown."""
    return np.nan_to_num(np.nanmax(days) - days) if np.isfinite(days).any() else np.zeros(len(days))


def recency(ages: Floats, half_life_days: float) -> Floats:
    """What a label counts, halved every so many days."""
    return np.asarray(np.maximum(0.5 ** (ages / half_life_days), _LEAST_COUNT))


def sums(values: Floats, places: NDArray[np.intp], count: int) -> Floats:
    """What lies at each of `count` places, to the last digit the same in any order of values."""
    order = np.lexsort((values, places))
    return np.asarray(np.bincount(places[order], values[order], count), np.float64)


def _tables(rows: Sequence[tuple[Line, float]], *, apart: bool) -> Labelled:
    lines = [line for line, _ in rows]
    keys: list[Hashable] = _measurements(rows) if apart else list(map(_said, lines))
    prompts = dict(zip(keys, lines, strict=True))
    places = {key: place for place, key in enumerate(prompts)}
    models = {name: column for column, name in enumerate(dict.fromkeys(line.model for line in lines))}
    row = np.array([places[key] for key in keys])
    cells = row * len(models) + np.array([models[line.model] for line in lines])
    shape = len(places), len(models)
    dates = np.array([day for _, day in rows])
    days = np.full(len(places), np.nan)
    np.fmax.at(days, row, dates)
    scores = np.array([line.score for line in lines])
    tokens = np.array([np.nan if line.output_tokens is None else line.output_tokens for line in lines])
    counts = np.array([line.weight for line in lines])
    known = _sums(cells, shape, counts)
    return Labelled(
        tuple(line.messages or line.prompt or "" for line in prompts.values()),
        tuple(models),
        _means(cells, shape, scores, counts),
        _means(cells, shape, tokens, counts),
        days,
        known.sum(axis=1) / (known > 0).sum(axis=1),
        len(lines),
    )


def _said(line: Line) -> bytes:
    return msgspec.json.encode(line.messages or line.prompt)


def _measurements(rows: Sequence[tuple[Line, float]]) -> list[Hashable]:
    """(prompt, day, lines before that tell of the same model) of each."""
    before: Counter[Hashable] = Counter()
    keys: list[Hashable] = []
    for line, day in rows:
        told = _said(line), str(day)
        keys.append((*told, before[(*told, line.model)]))
        before[(*told, line.model)] += 1
    return keys


def _means(cells: NDArray[np.intp], shape: tuple[int, int], values: Floats, counts: Floats) -> Floats:
    """By cell; NaN where nothing is known."""
    known = np.isfinite(values) * counts
    total = _sums(cells, shape, known)
    found = _sums(cells, shape, np.nan_to_num(values) * known)
    return np.asarray(np.divide(found, total, out=np.full(shape, np.nan), where=total > 0))


def _sums(cells: NDArray[np.intp], shape: tuple[int, int], values: Floats) -> Floats:
    return sums(values, cells, shape[0] * shape[1]).reshape(shape)
