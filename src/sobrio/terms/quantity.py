"""Uncertain numbers: an interval, and a quantity with its named parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Number: TypeAlias = float | NDArray[np.float64]
else:
    Number = Any


class Interval(msgspec.Struct, frozen=True, gc=False):
    """P5, P50 and P95 of one number; arrays when the estimate was asked for arrays."""

    low: Number
    central: Number
    high: Number

    def as_dict(self) -> dict[str, Number]:
        return {"low": self.low, "central": self.central, "high": self.high}


class Quantity(Interval, frozen=True, gc=False):
    """An interval in a named unit, with the parts it is made of.

    `parts` holds for example `use` and `embodied`, and for water `site` and `offsite`. Parts are
    intervals of their own: their medians need not add up to the median of the whole.
    """

    unit: str = ""
    parts: Mapping[str, Interval] = msgspec.field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        whole: dict[str, Any] = {"low": self.low, "central": self.central, "high": self.high}
        return whole | {name: part.as_dict() for name, part in self.parts.items()}
