"""Labelled traffic as a file: one JSON object a line, one model's score of one prompt.

    {"prompt": "...", "model": "...", "score": 0.8, "output_tokens": 120, "at": "2026-05-02"}

`messages` may stand for `prompt`; `output_tokens` and `at` may be absent; there are no other keys. `at` is
any ISO 8601 date or time. Several lines on one prompt and model are one label, their mean; a model is one by
whichever of its names in the catalogue, with any publisher before it, in capitals or not.
"""

from __future__ import annotations

import codecs
import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.understand.arguments import MOST_TOKENS, must_chat
from sobrio.understand.conversation import Prompt, messages_of
from sobrio.understand.facts import canonical

if TYPE_CHECKING:
    from sobrio.catalog import Catalog
    from sobrio.terms.model import Model

_LEAST_COUNT: Final = 1e-6
"""The oldest label still counts so much, so that no sum of weights is 0."""

Floats = NDArray[np.float64]


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    model: str
    score: float
    prompt: str | None = None
    messages: list[dict[str, Any]] | None = None
    output_tokens: float | None = None
    at: str | None = None


_KEYS: Final = _Line.__struct_fields__


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
    """Lines that each prompt has per labelled model, shape (prompts,); `None` is one each."""
    lines: int = 0
    """Read from the file."""

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
        )


def read_labelled(file: Path, *, apart: bool = False) -> Labelled:
    """Raises `InputError`, naming the line, when one cannot be read, and when there is none.

    Lines on one prompt and model are their mean. `apart`, for a fit, which makes the mean itself and by age,
    whichever file each line came in: a prompt has a row for each of its days, and for each line there on the
    same model.
    """
    try:
        lines = file.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from None
    rows = [_row(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise InputError(f"{file} holds no label; write one JSON object a line: prompt, model, score")
    _must_be_one_each(file, rows)
    return _tables([(line, day) for _, line, day in rows], apart=apart)


def name_of(model: str) -> str:
    """The catalogue's own name for it; an unknown one stays. Raises `InputError` for no chat model.

    A name that the catalogue has not letter for letter is that of its one model spelt like it (`canonical`).
    """
    from sobrio.catalog import Catalog

    catalog = Catalog.default()
    found = catalog.find(model) or _by_spelling(catalog).get(canonical(model))
    if found is None:
        return model
    must_chat(found)
    return found.name


@lru_cache(maxsize=2)
def _by_spelling(catalog: Catalog) -> dict[str, Model]:
    """By canonical name or alias; without those that two models share."""
    named = [
        (canonical(name), each.model)
        for each in catalog.entries()
        for name in (each.model.name, *each.aliases)
    ]
    owners: dict[str, set[str]] = {}
    for spelling, model in named:
        owners.setdefault(spelling, set()).add(model.name)
    return {spelling: model for spelling, model in named if len(owners[spelling]) == 1}


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


def _row(file: Path, number: int, raw: bytes) -> tuple[int, _Line, float]:
    """(its number, the line, its day)."""
    try:
        line = msgspec.json.decode(raw, type=_Line)
        day = _checked(line)
        line.model = name_of(line.model)
        return number, line, day
    except msgspec.ValidationError as error:
        raise InputError(f"{file}, line {number}: {error}; the keys are {', '.join(_KEYS)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, InputError) as error:
        raise InputError(f"{file}, line {number}: {error}") from None


def _must_be_one_each(file: Path, rows: Sequence[tuple[int, _Line, float]]) -> None:
    """Raises `InputError` for two models that the predictor cannot tell apart."""
    first: dict[str, tuple[str, int]] = {}
    for number, line, _ in rows:
        model, before = first.setdefault(canonical(line.model), (line.model, number))
        if model != line.model:
            raise InputError(
                f"{file}, line {number}: {line.model} differs from {model} (line {before}) by its publisher, "
                "capitals or dashes alone; give them one name, or add one to the catalogue under another"
            )


def _checked(line: _Line) -> float:
    """The day of the line."""
    if (line.prompt is None) == (line.messages is None):
        raise InputError("give 'prompt' or 'messages', and not both")
    turns = messages_of(line.prompt or line.messages or ())
    if not any(each.text.strip() or each.images or each.tool_calls for each in turns):
        raise InputError("the prompt is empty")
    if not 0 <= line.score <= 1:
        raise InputError(f"the score {line.score} must lie between 0 and 1")
    if line.output_tokens is not None and not 1 <= line.output_tokens <= MOST_TOKENS:
        raise InputError(
            f"output_tokens is {line.output_tokens:g}; give 1 or more, at most {MOST_TOKENS:,}, or leave it "
            "out where unknown"
        )
    return math.nan if line.at is None else _day(line.at)


def _day(at: str) -> float:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise InputError(f"'at' is {at!r}; give a date such as 2026-05-02 or 2026-05-02T10:00:00Z") from None
    since = moment.replace(tzinfo=None) - datetime.min - (moment.utcoffset() or timedelta())
    return float(since.days + 1)


def _tables(rows: Sequence[tuple[_Line, float]], *, apart: bool) -> Labelled:
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
    known = _sums(cells, shape, np.ones(len(lines)))
    return Labelled(
        tuple(line.messages or line.prompt or "" for line in prompts.values()),
        tuple(models),
        _means(cells, shape, scores),
        _means(cells, shape, tokens),
        days,
        known.sum(axis=1) / (known > 0).sum(axis=1),
        len(lines),
    )


def _said(line: _Line) -> bytes:
    return msgspec.json.encode(line.messages or line.prompt)


def _measurements(rows: Sequence[tuple[_Line, float]]) -> list[Hashable]:
    """(prompt, day, lines before that tell of the same model) of each."""
    before: Counter[Hashable] = Counter()
    keys: list[Hashable] = []
    for line, day in rows:
        told = _said(line), str(day)
        keys.append((*told, before[(*told, line.model)]))
        before[(*told, line.model)] += 1
    return keys


def _means(cells: NDArray[np.intp], shape: tuple[int, int], values: Floats) -> Floats:
    """By cell; NaN where nothing is known."""
    known = np.isfinite(values).astype(float)
    total = _sums(cells, shape, known)
    found = _sums(cells, shape, np.nan_to_num(values) * known)
    return np.asarray(np.divide(found, total, out=np.full(shape, np.nan), where=total > 0))


def _sums(cells: NDArray[np.intp], shape: tuple[int, int], values: Floats) -> Floats:
    return sums(values, cells, shape[0] * shape[1]).reshape(shape)
