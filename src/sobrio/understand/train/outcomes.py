"""Outcome files as arrays: one `Source` per benchmark, prompts by models."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.terms.model import Model
from sobrio.understand.train.names import released_of, specialities_of

FORCED_LENGTH: Final = ("routerbench", "cruxeval_site")
"""Their answers were cut to the bare result by the prompt, so they say nothing about answer length."""
CHARS_PER_TOKEN: Final = 4.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Source:
    """`scores` and `tokens` have shape (prompts, columns), NaN unknown; a column is a model in a setting."""

    name: str
    prompts: tuple[str, ...]
    datasets: tuple[str, ...]
    groups: tuple[str, ...]
    """Prompts with one `stem_key` ask the same question."""
    models: tuple[Model, ...]
    scores: Floats
    tokens: Floats
    weight: float = 1.0
    """Of its scores, against what their number would give it."""
    levelled: bool = False
    """Whether its scores are on the scale that predictions are wanted on."""
    pooled: bool = False
    """Whether its tokens are those of all its prompts together, not of each."""
    at_home: bool = True
    """Whether prompts like its own count as familiar."""
    subjects: tuple[str, ...] = ()
    """What each prompt is about, as its source says; empty where it does not."""


def load(data: Path) -> tuple[Source, ...]:
    """Every source below `data / "routing"`, by name. Raises `InputError` when there is none."""
    files = sorted((data / "routing").glob("*.prompts.parquet"))
    if not files:
        raise InputError(
            f"no *.prompts.parquet below {data / 'routing'}; give the folder that holds 'routing'"
        )
    facts = read_models(data / "models.csv")
    return tuple(_source(file, facts) for file in files)


def read_models(file: Path) -> dict[str, Model]:
    """Every model of the table under the name it has there."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["model"]: _model(row) for row in csv.DictReader(lines)}


def _model(row: Mapping[str, str]) -> Model:
    name = row["model"]
    return Model(
        name=name,
        total_params_b=_number(row["params_total_b"]),
        active_params_b=_number(row["params_active_b"]),
        family=row["family"],
        released=released_of(name, row["released"]),
        reasoning=name.startswith(("o1", "deepseek-r1")),
        specialised=specialities_of(name),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _source(file: Path, facts: Mapping[str, Model]) -> Source:
    import pandas as pd

    name = file.name.removesuffix(".prompts.parquet")
    prompts = pd.read_parquet(file).drop_duplicates("prompt_id").sort_values("prompt_id")
    outcomes = pd.read_parquet(file.with_name(f"{name}.outcomes.parquet"))
    if "suspect_format" in outcomes:
        outcomes = outcomes[~outcomes.suspect_format.fillna(False).astype(bool)]
    scores = _pivot(outcomes, "score", prompts.prompt_id)
    names = [model for model, _ in scores.columns]
    return Source(
        name=name,
        prompts=tuple(prompts.prompt),
        datasets=tuple(prompts.dataset),
        groups=tuple(prompts.stem_key.astype(str)),
        models=tuple(facts.get(model) or Model(model) for model in names),
        scores=scores.to_numpy(np.float64),
        tokens=_tokens(name, outcomes, prompts.prompt_id, scores),
        subjects=tuple(prompts.category),
    )


def _pivot(outcomes: Any, column: str, prompt_ids: Any) -> Any:
    table = outcomes.pivot_table(
        index="prompt_id", columns=["model", "setting"], values=column, aggfunc="mean"
    )
    return table.reindex(prompt_ids)


def _tokens(name: str, outcomes: Any, prompt_ids: Any, like: Any) -> Floats:
    """Output tokens where counted, else characters over four."""
    if name in FORCED_LENGTH or "output_chars" not in outcomes:
        return np.full(like.shape, np.nan)
    counted = outcomes.output_chars / CHARS_PER_TOKEN
    if "output_tokens" in outcomes:
        counted = outcomes.output_tokens.astype("float64").fillna(counted)
    tokens = _pivot(outcomes.assign(tokens=counted), "tokens", prompt_ids).reindex(columns=like.columns)
    values: Floats = tokens.to_numpy(np.float64)
    return np.where(values >= 1, values, np.nan)
