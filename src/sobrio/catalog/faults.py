"""Facts about a model that cannot be true."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import get_args

from sobrio.errors import CatalogError
from sobrio.terms.assessment import Task
from sobrio.terms.model import Billions, Model
from sobrio.terms.request import Ability

ABILITIES = frozenset(get_args(Ability))
LARGEST = 100_000
"""Billions of parameters; the largest known have some thousands."""
LONGEST = 1_000_000_000
FIRST = "1990"
RELEASED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def check(model: Model, today: date | None = None) -> None:
    """Raises `CatalogError` naming the first fact that cannot be true; with `today`, none may be of later."""
    for fault in _faults(model):
        raise CatalogError(f"model {model.name!r}: {fault}")
    if today is not None and model.released > today.isoformat():
        raise CatalogError(f"model {model.name!r}: released {model.released!r} is still to come")


def _faults(model: Model) -> Iterator[str]:
    if not model.name or any(character.isspace() for character in model.name):
        yield "a name is one word without spaces"
    for label, size in (("total", model.total_params_b), ("active", model.active_params_b)):
        if size is not None and not _is_size(size):
            yield f"{label} parameters are billions above 0, at most {LARGEST:,}, or a pair from, to: {size}"
    if _smallest(model.active_params_b) > _largest(model.total_params_b):
        yield "it has more active than total parameters"
    if bad := sorted(model.abilities - ABILITIES):
        yield f"unknown ability {bad[0]!r}; abilities are {', '.join(sorted(ABILITIES))}"
    if strange := [task for task in model.specialised if task not in get_args(Task)]:
        yield f"unknown task {strange[0]!r}; tasks are {', '.join(get_args(Task))}"
    for name, score in model.scores.items():
        if not 0 <= score <= 1:
            yield f"score {name} is {score}; scores lie between 0 and 1"
    if model.released and not _is_date(model.released):
        yield f"released {model.released!r} is not a date such as 2026-11 or 2026-11-22"
    elif model.released and model.released < FIRST:
        yield f"released {model.released!r} is before there were language models"
    if model.context_tokens is not None and not 0 < model.context_tokens <= LONGEST:
        yield f"the context is a number of tokens above 0 and at most {LONGEST:,}"
    if model.weight_bits is not None and model.weight_bits not in range(1, 65):
        yield "weights have 1 to 64 bits"


def _is_date(text: str) -> bool:
    """A year, a month or a day."""
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return RELEASED.fullmatch(text) is not None


def _is_size(size: Billions) -> bool:
    ends = size if isinstance(size, tuple) else (size, size)
    return all(math.isfinite(end) and 0 < end <= LARGEST for end in ends) and ends[0] <= ends[1]


def _smallest(size: Billions | None) -> float:
    return 0.0 if size is None else min(size) if isinstance(size, tuple) else size


def _largest(size: Billions | None) -> float:
    return math.inf if size is None else max(size) if isinstance(size, tuple) else size
