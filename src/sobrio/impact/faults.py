"""Activity that cannot be: refused with one line, before it becomes a figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from sobrio.errors import InputError
from sobrio.terms.activity import Activity
from sobrio.terms.model import Billions, Hardware, Model
from sobrio.terms.quantity import Number

Range = tuple[float, float]

MOST: Final = 1e18
"""No count is larger; sums in single precision hold more."""

_COUNTS: Final = ("input_tokens", "output_tokens", "cached_tokens", "requests")


def check_counts(activity: Activity) -> None:
    """Raises `InputError` unless every count is from 0 to `MOST`, and cached tokens are input tokens."""
    counts = {name: getattr(activity, name) for name in _COUNTS}
    for name, count in counts.items():
        check_amount(name, count)
    check_amount("cpu_seconds", activity.cpu_seconds or 0)
    for name in ("pixels", "steps"):
        check_picture(name, getattr(activity, name))
    lengths = {len(count) for count in counts.values() if isinstance(count, np.ndarray) and count.ndim}
    if len(lengths) > 1:
        raise InputError(f"counts are numbers, or arrays of one length, not of {sorted(lengths)}")
    if np.any(activity.cached_tokens > activity.input_tokens):
        raise InputError("cached_tokens cannot exceed input_tokens, which include them")


def check_amount(name: str, amount: Number) -> None:
    """Raises `InputError` unless `amount` is a number, or an array of one axis, from 0 to `MOST`."""
    if not _possible(amount):
        raise InputError(f"{name} must be a finite number of at least 0 and at most {MOST:g}, not {amount}")


def check_picture(name: str, number: float | None) -> None:
    """Raises `InputError` unless an image's pixels or steps are above 0, or unknown."""
    if number is not None and not 0 < number <= MOST:
        raise InputError(f"{name} must be a number above 0 and at most {MOST:g}, not {number}")


def _possible(amount: object) -> bool:
    if isinstance(amount, float | int):
        return 0 <= amount <= MOST
    if not isinstance(amount, np.ndarray | np.number):
        return False
    counts = np.asarray(amount)
    return counts.ndim < 2 and counts.dtype.kind in "iuf" and bool(np.all((counts >= 0) & (counts <= MOST)))


def check_deployment(model: Model, hardware: Hardware | None) -> None:
    """Raises `InputError` for a size or a machine that cannot be."""
    for fault in (*_of_model(model), *_of_hardware(hardware or Hardware())):
        raise InputError(f"{model.name}: {fault}")


def _of_model(model: Model) -> Iterator[str]:
    sizes: Mapping[str, Billions | None] = {"total": model.total_params_b, "active": model.active_params_b}
    for name, size in sizes.items():
        if size is not None and not _is_range(size if isinstance(size, tuple) else (size, size)):
            yield f"{name} parameters are billions above 0, or a pair from low to high, not {size}"


def _of_hardware(machine: Hardware) -> Iterator[str]:
    for name in ("batch", "gpu_count", "weight_bits", "threads"):
        number = getattr(machine, name)
        if number is not None and not 0 < number < math.inf:
            yield f"{name} must be a number above 0, not {number}; leave it out where it is unknown"
    for name in ("watts_per_core", "joules_per_output_token"):
        pair = getattr(machine, name)
        if pair is not None and not _is_range(pair):
            yield f"{name} takes P5 and P95, above 0 and from low to high, not {pair}"


def _is_range(pair: Range) -> bool:
    return len(pair) == 2 and 0 < pair[0] <= pair[1] < math.inf
