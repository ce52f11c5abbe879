"""Totals: sums inside each scenario, and the quantiles taken of them at the very end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sobrio.impact.profile import ROWS
from sobrio.terms.impacts import Avoided, Equivalence, Impacts
from sobrio.terms.model import Evidence
from sobrio.terms.quantity import Interval, Number, Quantity

Matrix: TypeAlias = NDArray[np.float64]
"""Shape (len(ROWS), K) or (len(ROWS), K, n)."""

PARTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "energy_wh": ("Wh", {"use": "energy"}),
    "ghg_g": ("g CO2e", {"use": "ghg_use", "embodied": "ghg_embodied"}),
    "water_ml": ("mL", {"site": "water_site", "offsite": "water_offsite"}),
    "adpe_mg_sb": ("mg Sb eq", {"use": "adpe_use", "embodied": "adpe_embodied"}),
    "primary_energy_mj": ("MJ", {"use": "primary_use", "embodied": "primary_embodied"}),
}
"""Unit and rows of each criterion."""

WEAKEST_FIRST: Final[tuple[Evidence, ...]] = (
    "unknown", "assumed", "estimate", "modelled", "benchmarked", "official", "disclosed", "measured",
)  # fmt: skip

Levels: TypeAlias = Sequence[Number]
"""P5, P50 and P95."""

_ABOUT: Final[Mapping[Equivalence, tuple[str, ...]]] = {
    "verified": ("training-excluded",),
    "predicted": ("training-excluded", "unverified"),
    "unverified": ("training-excluded", "unverified"),
    "not comparable": ("training-excluded", "not-comparable"),
}
"""Caveats of a comparison whose answers are known to be so equivalent."""

_NAMES: Final = (*PARTS, *ROWS[1:])
_CHANCES: Final = np.array([0.05, 0.5, 0.95])
_FEW: Final = 16
"""Up to this many scenarios are sorted in double precision; many, in single, which takes half the time."""


@dataclass(frozen=True)
class Total:
    """Impacts in every scenario, how they are known and what they do not know."""

    matrix: Matrix
    evidence: tuple[Evidence, ...] = ()
    caveats: tuple[str, ...] = ()

    def __add__(self, other: Total) -> Total:
        return Total(
            _aligned(self.matrix, other.matrix) + _aligned(other.matrix, self.matrix),
            self.evidence + other.evidence,
            (*self.caveats, *other.caveats),
        )

    def __mul__(self, share: float) -> Total:
        return Total(self.matrix * share, self.evidence, self.caveats)

    @cached_property
    def criteria(self) -> Matrix:
        """Parts summed, shape (5, K, ...): energy has one row, every other criterion the next two."""
        sums = np.empty((len(PARTS), *self.matrix.shape[1:]))
        sums[0] = self.matrix[0]
        np.add(self.matrix[1::2], self.matrix[2::2], out=sums[1:])
        return sums

    @property
    def weakest(self) -> Evidence:
        return min(self.evidence, key=WEAKEST_FIRST.index, default="modelled")

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.caveats))


def nothing(count: int) -> Total:
    """No activity at all."""
    return Total(np.zeros((len(ROWS), count)))


def unknown(count: int) -> Total:
    """An activity nobody can price: unknown in every criterion, never zero."""
    return Total(np.full((len(ROWS), count), np.nan), ("unknown",), ("unknown-model",))


def total(parts: Iterable[Total], count: int) -> Total:
    """The sum; nothing when there are no parts."""
    each = iter(parts)
    return sum(each, next(each, None) or nothing(count))


def as_impacts(side: Total, *, method: str, model: str = "") -> Impacts:
    """Quantiles of every criterion and part; a criterion with an unknown part is `None`."""
    levels = _levels(side)
    return Impacts(
        _quantity(levels, "energy_wh"),
        _quantity(levels, "ghg_g"),
        _quantity(levels, "water_ml"),
        _quantity(levels, "adpe_mg_sb"),
        _quantity(levels, "primary_energy_mj"),
        method=method,
        evidence=side.weakest,
        caveats=side.codes,
        model=model,
    )


def as_avoided(
    reference: Total, realised: Total, *, name: str, equivalence: Equivalence, method: str, chances: bool
) -> Avoided:
    """Reference minus realised inside each scenario; P(avoided > 0) where `chances` are known."""
    ours, theirs = realised.criteria, reference.criteria
    sums = _aligned(theirs, ours) - _aligned(ours, theirs)
    likely = _share_above_zero(sums[1]) if chances else None
    units = (unit for unit, _ in PARTS.values())
    found = list(map(_known, _quantiles(sums.astype(_precision(sums))), units))
    energy, ghg, water, adpe, primary = found
    return Avoided(
        energy,
        ghg,
        water,
        adpe,
        primary,
        p_positive=likely if ghg is not None else None,
        reference=name,
        equivalence=equivalence,
        method=method,
        caveats=tuple(dict.fromkeys((*reference.caveats, *realised.caveats, *_ABOUT[equivalence]))),
    )


def names(models: Iterable[str]) -> str:
    """Model names of one side, each once."""
    return ", ".join(dict.fromkeys(models))


def _aligned(matrix: Matrix, other: Matrix) -> Matrix:
    return matrix[..., None] if matrix.ndim < other.ndim else matrix


def _levels(side: Total) -> dict[str, Levels]:
    """P5, P50, P95 by criterion and by row."""
    rows = np.empty((len(_NAMES), *side.matrix.shape[1:]), _precision(side.matrix))
    rows[: len(PARTS)], rows[len(PARTS) :] = side.criteria, side.matrix[1:]
    levels = _quantiles(rows)
    return dict(zip(_NAMES, levels, strict=True)) | {"energy": levels[0]}


def _precision(matrix: Matrix) -> type[np.floating[Any]]:
    return np.float64 if matrix.shape[1] <= _FEW else np.float32


def _quantiles(matrix: NDArray[Any]) -> list[Levels]:
    """P5, P50 and P95 of each row, as order statistics over scenarios (axis 1); sorts in place."""
    matrix.sort(axis=1)
    found = matrix.take(_places(matrix.shape[1]), axis=1).astype(np.float64)
    return found.tolist() if found.ndim == 2 else list(found)


@cache
def _places(count: int) -> NDArray[np.intp]:
    """Where P5, P50 and P95 stand among `count` sorted scenarios."""
    return np.asarray(np.rint(_CHANCES * (count - 1)), np.intp)


def _quantity(levels: Mapping[str, Levels], name: str) -> Quantity | None:
    unit, rows = PARTS[name]
    known = ((part, _known(levels[row], unit)) for part, row in rows.items())
    return _known(levels[name], unit, {part: each for part, each in known if each is not None})


def _known(levels: Levels, unit: str, parts: Mapping[str, Interval] | None = None) -> Quantity | None:
    """`None` for levels that are not numbers."""
    low, central, high = levels
    hidden = math.isnan(central) if isinstance(central, float) else bool(np.isnan(central).any())
    return None if hidden else Quantity(low, central, high, unit, parts or {})


def _share_above_zero(scenarios: Matrix) -> Number:
    share = np.count_nonzero(scenarios > 0, axis=0) / scenarios.shape[0]
    return float(share) if scenarios.ndim == 1 else share
