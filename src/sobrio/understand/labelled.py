"""Labelled traffic as a file: one JSON object a line, one model's score of one prompt.

    {"prompt": "...", "model": "...", "score": 0.8, "output_tokens": 120, "at": "2026-05-02"}

`messages` may stand for `prompt`; `output_tokens` and `at` may be absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.understand.conversation import Prompt

Floats = NDArray[np.float64]


class _Line(msgspec.Struct):
    model: str
    score: float
    prompt: str | None = None
    messages: list[dict[str, Any]] | None = None
    output_tokens: float | None = None
    at: date | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """Tables have shape (prompts, models); NaN is unknown."""

    prompts: tuple[Prompt, ...]
    models: tuple[str, ...]
    scores: Floats
    output_tokens: Floats
    ages: Floats
    """Days before the latest label, shape (prompts,); 0 where no date is given."""

    def at(self, rows: NDArray[np.intp]) -> Labelled:
        prompts = tuple(self.prompts[row] for row in rows)
        return Labelled(prompts, self.models, self.scores[rows], self.output_tokens[rows], self.ages[rows])


def read_labelled(file: Path) -> Labelled:
    """Raises `InputError`, naming the line, when one cannot be read, and when there is none."""
    try:
        lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from None
    rows = [_line(file, number, line) for number, line in enumerate(lines, 1)]
    if not rows:
        raise InputError(f"{file} holds no label; write one JSON object a line: prompt, model, score")
    return _tables(rows)


def recency(ages: Floats, half_life_days: float) -> Floats:
    """What a label counts, halved every so many days."""
    return np.asarray(0.5 ** (ages / half_life_days))


def _line(file: Path, number: int, raw: bytes) -> _Line:
    try:
        line = msgspec.json.decode(raw, type=_Line)
    except msgspec.DecodeError as error:
        raise InputError(f"{file}, line {number}: {error}") from None
    if line.prompt is None and not line.messages:
        raise InputError(f"{file}, line {number}: give 'prompt' or 'messages'")
    return line


def _tables(rows: Sequence[_Line]) -> Labelled:
    keys = [msgspec.json.encode(row.messages or row.prompt) for row in rows]
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    models = tuple(dict.fromkeys(row.model for row in rows))
    scores, tokens = (np.full((len(places), len(models)), np.nan) for _ in range(2))
    ages = np.zeros(len(places))
    latest = max((row.at for row in rows if row.at), default=None)
    prompts: dict[int, Prompt] = {}
    for key, row in zip(keys, rows, strict=True):
        place, column = places[key], models.index(row.model)
        prompts[place] = row.messages or row.prompt or ""
        scores[place, column] = row.score
        tokens[place, column] = np.nan if row.output_tokens is None else row.output_tokens
        if latest and row.at:
            ages[place] = (latest - row.at).days
    return Labelled(tuple(prompts[place] for place in range(len(places))), models, scores, tokens, ages)
