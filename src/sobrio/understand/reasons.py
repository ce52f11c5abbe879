"""Reasons: what the prompt is like, and the few features that moved its difficulty most, in words."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.understand.features import NAMES
from sobrio.understand.parameters import Parameters

_SHOWN: Final = 3


def neighbours(parameters: Parameters, nearest: int | None, *, familiar: bool) -> tuple[str, ...]:
    """Such as `like competition mathematics (92% of the training prompts in its neighbourhood)`.

    Nothing for a text too short to have neighbours; far from all, what is least unlike.
    """
    if nearest is None:
        return ()
    kind, share = parameters.kinds[nearest], float(parameters.kind_shares[nearest])
    if not familiar:
        return (f"unlike every kind of training prompt, {kind} the least",)
    return (f"like {kind} ({share:.0%} of the training prompts in its neighbourhood)",)


def reasons(parameters: Parameters, surface: NDArray[np.float32]) -> tuple[str, ...]:
    """Such as `harder: options below the usual (-0.32)`: logits of a 10 billion model's success."""
    moved = surface * parameters.dense[:-1, 0]
    most = np.abs(moved).argsort()[: -_SHOWN - 1 : -1].tolist()
    return tuple(_said(place, moved.item(place), surface.item(place)) for place in most)


def _said(place: int, moved: float, amount: float) -> str:
    return f"{'easier' if moved > 0 else 'harder'}: {_WORDS[amount > 0][place]} ({moved:+.2f})"


_BELOW: Final = tuple(f"{name} below the usual" for name in NAMES)
_ABOVE: Final = tuple(
    f"the {name}" if name.startswith("task ") else f"{name} above the usual" for name in NAMES
)
_WORDS: Final = (_BELOW, _ABOVE)
