"""Published benchmark scores as ability: how far they lie above what a model's size and date suggest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.terms.model import Model
from sobrio.understand.facts import FACTS

_USED: Final = tuple(FACTS.index(fact) for fact in ("one", "size", "tiny", "sparsity", "date", "reasoning"))
SCALES: Final[Mapping[str, tuple[float, ...]]] = {
    "gpqa": (-1.82, 0.41, 0.00, 0.50, 1.19, 0.37),
    "gpqa_d": (-2.77, 1.00, 0.00, 0.45, 1.59, 0.56),
    "math": (-1.74, 0.68, 0.00, 0.39, 1.85, 0.29),
    "mmlu": (0.34, 0.73, 0.25, 0.27, 0.56, 0.44),
    "mmlu_pro": (-1.23, 0.79, 0.35, 0.47, 1.03, 0.34),
}
"""The usual logit of a published score by fact: ridge regression over the catalogue's models."""
_ALSO: Final = {"gpqa_diamond": "gpqa_d"}
_WORTH: Final = 0.33
"""Logits of ability per logit that published scores lie above the usual: the slope over the 67 models that
training met and the catalogue has scores of (correlation 0.5)."""
_MOST: Final = 1.5
_EDGE: Final = 0.01


def published_ability(model: Model, facts: NDArray[np.float64]) -> float | None:
    """In logits; `None` when no score of a benchmark in `SCALES` is published.

    `facts`, shape (facts,), are those of `model`. Raises `InputError` for a score outside [0, 1].
    """
    above = [
        _logit(model, name, score) - float(facts[[*_USED]] @ SCALES[_known(name)])
        for name, score in (model.scores or {}).items()
        if _known(name) in SCALES
    ]
    return _WORTH * min(max(sum(above) / len(above), -_MOST), _MOST) if above else None


def unread(names: Iterable[str]) -> list[str]:
    """Those of these scores that say nothing to the predictor."""
    return [name for name in names if _known(name) not in SCALES]


def _known(name: str) -> str:
    """The catalogue's spelling."""
    spelled = name.lower().replace("-", "_").replace(" ", "_")
    return _ALSO.get(spelled, spelled)


def _logit(model: Model, name: str, score: float) -> float:
    if not (isinstance(score, Real) and 0 <= score <= 1):
        raise InputError(f"{model.name}: the score {name} is {score!r}; scores lie between 0 and 1")
    kept = min(max(score, _EDGE), 1.0 - _EDGE)
    return float(np.log(kept / (1.0 - kept)))
