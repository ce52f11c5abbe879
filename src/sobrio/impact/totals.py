"""Totals: sums inside each scenario, and the quantiles taken of them at the very end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.impact.hour import METHOD_SUFFIX
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
    "unknown", "assumed", "estimate", "declared", "modelled", "benchmarked", "official", "disclosed",
    "measured",
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

_UNITS: Final = tuple(unit for unit, _ in PARTS.values())
_PLACES: Final = tuple(
    (
        unit,
        i,
        tuple(
            (part, 0 if row == "energy" else len(PARTS) - 1 + ROWS.index(row)) for part, row in rows.items()
        ),
    )
    for i, (unit, rows) in enumerate(PARTS.values())
)
"""Of each criterion in `_levels`: its unit, its place, and the places of its parts."""
_CHANCES: Final = np.array([0.05, 0.5, 0.95])
_FEW: Final = 16
"""Up to this many scenarios are sorted in double precision; many, in single, which takes half the time."""


@dataclass(frozen=True)
class Total:
    """Impacts in every scenario, how they are known and what they do not know."""

    matrix: Matrix
    evidence: tuple[Evidence, ...] = ()
    caveats: tuple[str, ...] = ()
    hourly: bool = False
    """Some of it was emitted at a known hour's intensity."""

    def __add__(self, other: Total) -> Total:
        """Raises `InputError` for counts of different lengths."""
        mine, theirs = _aligned(self.matrix, other.matrix)
        return Total(
            mine + theirs,
            self.evidence + other.evidence,
            (*self.caveats, *other.caveats),
            self.hourly or other.hourly,
        )

    def __mul__(self, share: float) -> Total:
        return replace(self, matrix=self.matrix * share)

    @cached_property
    def criteria(self) -> Matrix:
        """Parts summed, shape (5, K, ...): energy has one row, every other criterion the next two."""
        return criteria_of(self.matrix)

    @cached_property
    def weakest(self) -> Evidence:
        return min(self.evidence, key=WEAKEST_FIRST.index, default="modelled")

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.caveats))


def criteria_of(matrix: Matrix) -> Matrix:
    """The parts of a matrix of totals summed: energy has one row, every other criterion the next two."""
    sums = np.empty((len(PARTS), *matrix.shape[1:]))
    sums[0] = matrix[0]
    np.add(matrix[1::2], matrix[2::2], out=sums[1:])
    return sums


def nothing(count: int) -> Total:
    """No activity at all."""
    return Total(np.zeros((len(ROWS), count)))


def unknown(count: int, why: str) -> Total:
    """An activity nobody can price: unknown in every criterion, never zero. `why` is a caveat."""
    return Total(np.full((len(ROWS), count), np.nan), ("unknown",), (why,))


def total(parts: Iterable[Total], count: int) -> Total:
    """The sum; nothing when there are no parts."""
    each = iter(parts)
    return sum(each, next(each, None) or nothing(count))


def as_impacts(side: Total, *, method: str, model: str = "") -> Impacts:
    """Quantiles of every criterion and part; a criterion with an unknown part is `None`."""
    return impacts_at(_levels(side), side, method=method, model=model)


def impacts_at(levels: Sequence[Levels], side: Total, *, method: str, model: str = "") -> Impacts:
    """`levels` are those of the five criteria, then of every row but energy; the rest is told by `side`."""
    energy, ghg, water, adpe, primary = [_quantity(levels, *each) for each in _PLACES]
    return Impacts(
        energy,
        ghg,
        water,
        adpe,
        primary,
        method=_named(method, side),
        evidence=side.weakest,
        caveats=side.codes,
        model=model,
    )


def as_avoided(
    reference: Total, realised: Total, *, name: str, equivalence: Equivalence, method: str, chances: bool
) -> Avoided:
    """Reference minus realised inside each scenario; P(avoided > 0) where `chances` are known."""
    theirs, ours = _aligned(reference.criteria, realised.criteria)
    sums = theirs - ours
    likely = _share_above_zero(sums[1]) if chances else None
    levels = _quantiles(sums.astype(_precision(sums)))
    return avoided_at(
        levels, reference, realised, name=name, equivalence=equivalence, method=method, likely=likely
    )


def avoided_at(
    levels: Sequence[Levels],
    reference: Total,
    realised: Total,
    *,
    name: str,
    equivalence: Equivalence,
    method: str,
    likely: Number | None,
) -> Avoided:
    """`levels` are those of the five criteria's differences; the rest is told by both sides."""
    energy, ghg, water, adpe, primary = [_quantity(levels, unit, i) for i, unit in enumerate(_UNITS)]
    return Avoided(
        energy,
        ghg,
        water,
        adpe,
        primary,
        p_positive=likely if ghg is not None else None,
        reference=name,
        equivalence=equivalence,
        method=_named(method, reference, realised),
        caveats=tuple(dict.fromkeys((*reference.caveats, *realised.caveats, *_ABOUT[equivalence]))),
    )


def names(models: Iterable[str]) -> str:
    """Model names of one side, each once."""
    return ", ".join(dict.fromkeys(models))


def _named(method: str, *sides: Total) -> str:
    return method + METHOD_SUFFIX if any(side.hourly for side in sides) else method


def _aligned(one: Matrix, other: Matrix) -> tuple[Matrix, Matrix]:
    """Both with an axis of requests, where one of them has it."""
    if one.ndim == other.ndim:
        if one.shape != other.shape:
            counts = f"{one.shape[-1]} and {other.shape[-1]}"
            raise InputError(f"arrays of {counts} requests cannot be set side by side; give equal lengths")
        return one, other
    return (one[..., None], other) if one.ndim < other.ndim else (one, other[..., None])


def _levels(side: Total) -> list[Levels]:
    """P5, P50, P95 of the five criteria, then of every row but energy, which is a criterion itself."""
    rows = np.empty((len(PARTS) + len(ROWS) - 1, *side.matrix.shape[1:]), _precision(side.matrix))
    rows[: len(PARTS)], rows[len(PARTS) :] = side.criteria, side.matrix[1:]
    return _quantiles(rows)


def _precision(matrix: Matrix) -> type[np.floating[Any]]:
    return np.float64 if matrix.shape[1] <= _FEW else np.float32


def _quantiles(matrix: NDArray[Any]) -> list[Levels]:
    """P5, P50 and P95 of each row, as order statistics over scenarios (axis 1); sorts in place."""
    matrix.sort(axis=1)
    found = matrix.take(ranks(matrix.shape[1]), axis=1).astype(np.float64)
    return found.tolist() if found.ndim == 2 else list(found)


@cache
def ranks(count: int) -> NDArray[np.intp]:
    """Where P5, P50 and P95 stand among `count` sorted scenarios."""
    return np.asarray(np.rint(_CHANCES * (count - 1)), np.intp)


def _quantity(
    levels: Sequence[Levels], unit: str, place: int, parts: Sequence[tuple[str, int]] = ()
) -> Quantity | None:
    """`None` for levels that are not numbers; a part that is none is left out."""
    low, central, high = levels[place]
    if central != central if type(central) is float else _unknown(central):  # noqa: PLR0124 NaN
        return None
    known = {}
    for name, i in parts:
        least, middle, most = levels[i]
        if middle == middle if type(middle) is float else not _unknown(middle):  # noqa: PLR0124 NaN
            known[name] = Interval(least, middle, most)
    return Quantity(low, central, high, unit, known)


def _unknown(level: Number) -> bool:
    return level != level if isinstance(level, float) else bool(np.isnan(level).any())  # noqa: PLR0124 NaN


def _share_above_zero(scenarios: Matrix) -> Number:
    share = np.count_nonzero(scenarios > 0, axis=0) / scenarios.shape[0]
    return float(share) if scenarios.ndim == 1 else share
