"""What callers give the predictor, checked: one clear line for what cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.errors import InputError
from sobrio.terms.model import Model
from sobrio.terms.request import Request
from sobrio.understand.conversation import Prompt

MOST_TOKENS: Final = 1_000_000
"""The longest output a label may have."""

Floats = NDArray[np.float64]
Item = TypeVar("Item")


def prompts_of(prompts: Iterable[Prompt]) -> list[Prompt]:
    """Raises `InputError` for a single prompt, and for what is no list."""
    if isinstance(prompts, str | bytes | Request):
        raise InputError("prompts is a list; write [prompt] for one")
    return _listed(prompts, "prompts", "strings or message lists")


def models_of(models: Iterable[str | Model]) -> list[Model]:
    """Names are looked up in the catalogue. Raises `InputError`, or `UnknownModel`."""
    if isinstance(models, str | Model):
        raise InputError("models is a list; write [model] for one")
    return [_model(model) for model in _listed(models, "models", "names or sobrio.Model")]


def all_different(names: Sequence[str]) -> None:
    """Raises `InputError` for no name, or one twice."""
    if not names:
        raise InputError("name at least one model to fit")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"the model {twice} is named twice; give it one column")


def must_chat(model: Model) -> None:
    """Raises `InputError` for a model that answers no chats."""
    if model.kind != "chat":
        raise InputError(f"{model.name} is made for {model.kind}s, not for chats; name chat models alone")


def half_life(days: float | None) -> float | None:
    """Raises `InputError` for anything but a positive number, or `None`."""
    if days is not None and not (isinstance(days, Real) and 0 < days < np.inf):
        raise InputError(f"half_life_days must be a positive number, not {days}")
    return days


def scores_of(values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Raises `InputError` for another shape, and for a score outside [0, 1]; NaN is unknown."""
    scores = table(values, shape, "scores")
    if np.nanmin(scores, initial=0.0) < 0 or np.nanmax(scores, initial=1.0) > 1:
        raise InputError("scores must lie between 0 and 1; use NaN for unknown")
    return scores


def lengths_of(values: ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    """Output tokens, all unknown by default.

    Raises `InputError` for another shape, and for fewer than 1 or more than `MOST_TOKENS`.
    """
    if values is None:
        return np.full(shape, np.nan)
    lengths = table(values, shape, "output_tokens")
    hair = 1e-6  # by which a mean of several may lie beside all of them
    wrong = np.argwhere((lengths < 1 - hair) | (lengths > MOST_TOKENS + hair))
    if len(wrong):
        row, column = wrong[0]
        raise InputError(
            f"output_tokens in row {row} is {lengths[row, column]:g} and must lie between 1 and "
            f"{MOST_TOKENS:,}; use NaN for unknown"
        )
    return lengths


def weights_of(values: ArrayLike | None, count: int) -> Floats:
    """All 1 by default. Raises `InputError` for anything but `count` positive numbers."""
    if values is None:
        return np.ones(count)
    weights = table(values, (count,), "weights")
    if not (weights > 0).all():
        raise InputError(f"weights must be {count} positive numbers, one per prompt")
    return weights


def table(values: ArrayLike, shape: tuple[int, ...], name: str) -> Floats:
    """Raises `InputError` for another shape, and for what is no number or infinite; NaN is unknown."""
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers, as many in every row") from None
    if found.shape != shape:
        raise InputError(f"{name} has the shape {found.shape}, prompts and models say {shape}")
    if np.isinf(found).any():
        raise InputError(f"{name} holds an infinite number; use NaN for unknown")
    return found


def path(file: Path | str) -> Path:
    if not isinstance(file, Path | str):
        raise InputError(f"a file is given by its path, not by {type(file).__name__}")
    return Path(file)


def _listed(values: Iterable[Item], name: str, of: str) -> list[Item]:
    if isinstance(values, Mapping) or not isinstance(values, Iterable):
        raise InputError(f"{name} is a list of {of}, not {type(values).__name__}")
    return list(values)


def _model(model: str | Model) -> Model:
    if isinstance(model, Model) and isinstance(model.name, str):
        return model
    if not isinstance(model, str):
        raise InputError(f"a model is a name or a sobrio.Model with a name, not {type(model).__name__}")
    from sobrio.catalog import Catalog

    return Catalog.default().model(model)
