"""What callers give the predictor, checked: one clear line for what cannot be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.errors import InputError
from sobrio.terms.model import Model
from sobrio.terms.request import Request
from sobrio.understand.conversation import Prompt
from sobrio.understand.features import Features, features_of

Floats = NDArray[np.float64]


def features(prompts: Sequence[Prompt]) -> list[Features]:
    """Raises `InputError` for a single prompt, and for what is none."""
    if isinstance(prompts, str | bytes | Request):
        raise InputError("prompts is a list; write [prompt] for one")
    return [features_of(prompt) for prompt in prompts]


def models_of(models: Sequence[str | Model]) -> list[Model]:
    """Names are looked up in the catalogue. Raises `InputError`, or `UnknownModel`."""
    if isinstance(models, str | Model):
        raise InputError("models is a list; write [model] for one")
    return [_model(model) for model in models]


def all_different(names: Sequence[str]) -> None:
    """Raises `InputError` for no name, or one twice."""
    if not names:
        raise InputError("name at least one model to fit")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"the model {twice} is named twice; give it one column")


def half_life(days: float | None) -> float | None:
    """Raises `InputError` for anything but a positive number, or `None`."""
    if days is not None and not 0 < days < np.inf:
        raise InputError(f"half_life_days must be a positive number, not {days}")
    return days


def scores_of(values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Raises `InputError` for another shape, and for a score outside [0, 1]; NaN is unknown."""
    scores = table(values, shape, "scores")
    if np.nanmin(scores, initial=0.0) < 0 or np.nanmax(scores, initial=1.0) > 1:
        raise InputError("scores must lie between 0 and 1; use NaN for unknown")
    return scores


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


def _model(model: str | Model) -> Model:
    if isinstance(model, Model):
        return model
    from sobrio.catalog import Catalog

    return Catalog.default().model(model)
