"""Reasons: the few features that moved the expected difficulty most, in words."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.features import NAMES
from sobrio.understand.parameters import Parameters

_SHOWN: Final = 3


def reasons(parameters: Parameters, surface: NDArray[np.float32]) -> tuple[str, ...]:
    """Such as `harder: options below the usual (-0.32)`: logits of a 10 billion model's success."""
    moved = surface * parameters.dense[:-1, 0]
    size = np.abs(moved)
    most = size.argpartition(-_SHOWN)[-_SHOWN:]
    order = most[size[most].argsort()[::-1]]
    rows = zip(order.tolist(), moved[order].tolist(), surface[order].tolist(), strict=True)
    return tuple(_said(NAMES[place], by, amount) for place, by, amount in rows)


def _said(name: str, moved: float, amount: float) -> str:
    where = "above" if amount > 0 else "below"
    what = f"the {name}" if name.startswith("task ") and amount > 0 else f"{name} {where} the usual"
    return f"{'easier' if moved > 0 else 'harder'}: {what} ({moved:+.2f})"
