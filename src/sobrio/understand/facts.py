"""Public facts about a model as the numbers that ability depends on."""

from __future__ import annotations

import math
from datetime import date
from numbers import Real
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.terms.model import Billions, Model

FACTS: Final = ("one", "size", "tiny", "sparsity", "date", "code", "mathematics", "agent", "reasoning")
"""`size`: log10 of active parameters over 10 billion; `tiny`: log10 of active over 1 billion, 0 above;
`sparsity`: log10 of total over active; `date`: years since mid-2023, damped after the training data end."""

HASHED_FACTS: Final = ("one", "size")
"""The facts that the worth of n-grams may depend on: the first of `FACTS`."""

_SPECIALS: Final = ("code", "mathematics", "agent")
_EPOCH: Final = date(2023, 7, 1)
_KNOWN_YEARS: Final = 1.5
_DAMPING: Final = 0.5
_UNDATED_YEARS: Final = 0.75
_UNKNOWN_SIZE: Final = 0.6
"""About 40 billion: the middle of models that do not publish their size."""


def facts_of(model: Model) -> NDArray[np.float64]:
    """Shape (len(FACTS),). Raises `InputError` for sizes or a date that cannot be."""
    size, sparsity = _sizes(model)
    made_for = [float(special in model.specialised) for special in _SPECIALS]
    return np.array(
        [1.0, size, min(0.0, size + 1.0), sparsity, _years(model), *made_for, float(model.reasoning)]
    )


def canonical(name: str) -> str:
    """One spelling for the many of one model: without its publisher, in lower case."""
    return name.rsplit("/", 1)[-1].lower().replace("_", "-").replace(" ", "-")


def _sizes(model: Model) -> tuple[float, float]:
    total, active = _middle(model, model.total_params_b), _middle(model, model.active_params_b)
    active = active or total
    if active is None:
        return _UNKNOWN_SIZE, 0.0
    if total and active > total:
        raise InputError(
            f"{model.name}: {active:g} billion active parameters of {total:g} in total; swap them"
        )
    return math.log10(active / 10), math.log10(max(1.0, (total or active) / active))


def _middle(model: Model, size: Billions | None) -> float | None:
    """A published guess from and to counts by its geometric mean."""
    ends = size if isinstance(size, tuple) else (size,)
    positive = all(isinstance(end, Real) and 0 < end < math.inf for end in ends)
    if size is not None and not (positive and len(ends) <= 2):
        raise InputError(
            f"{model.name}: sizes are positive billions of parameters; leave out what is unknown"
        )
    return math.sqrt(size[0] * size[1]) if isinstance(size, tuple) else size


def _years(model: Model) -> float:
    if not model.released:
        return _UNDATED_YEARS
    try:
        year, month = (*model.released.split("-"), "7")[:2]
        years = (date(int(year), int(month), 1) - _EPOCH).days / 365.25
    except (AttributeError, ValueError):
        raise InputError(f"{model.name}: released {model.released!r}; give a month such as 2025-08") from None
    return years if years <= _KNOWN_YEARS else _KNOWN_YEARS + _DAMPING * (years - _KNOWN_YEARS)
