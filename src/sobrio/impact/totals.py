"""Totals: sums inside each scenario, and the quantiles taken of them at the very end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sobrio.impact.profile import ROWS
from sobrio.terms.impacts import Avoided, Equivalence, Impacts
from sobrio.terms.model import Evidence
from sobrio.terms.quantity import Interval, Number, Quantity

Totals = NDArray[np.float64]
"""Shape (len(ROWS), K) or (len(ROWS), K, n)."""

PARTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "energy_wh": ("Wh", {"use": "energy"}),
    "ghg_g": ("g CO2e", {"use": "ghg_use", "embodied": "ghg_embodied"}),
    "water_ml": ("mL", {"site": "water_site", "offsite": "water_offsite"}),
    "adpe_mg_sb": ("mg Sb eq", {"use": "adpe_use", "embodied": "adpe_embodied"}),
    "primary_energy_mj": ("MJ", {"use": "primary_use", "embodied": "primary_embodied"}),
}
_INDEX: Final = {name: i for i, name in enumerate(ROWS)}
_CRITERIA_ROWS: Final = tuple(tuple(_INDEX[row] for row in rows.values()) for _, rows in PARTS.values())


def criteria(totals: Totals) -> NDArray[np.float64]:
    """The five criteria, parts summed; shape (5, K, ...)."""
    return np.stack([totals[list(rows)].sum(axis=0) for rows in _CRITERIA_ROWS])


def quantiles(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """P5, P50 and P95 over scenarios (axis 1) as order statistics; shape (3, rows, ...)."""
    count = matrix.shape[1]
    places = [round(p * (count - 1)) for p in (0.05, 0.5, 0.95)]
    ordered = np.partition(matrix, places, axis=1)
    return np.asarray(np.moveaxis(ordered[:, places], 1, 0))


def as_impacts(
    totals: Totals, *, method: str, evidence: Evidence, caveats: tuple[str, ...], model: str = ""
) -> Impacts:
    """Quantiles of every criterion and part; a criterion with an unknown part is `None`."""
    levels = quantiles(np.concatenate([criteria(totals), totals]))
    found: dict[str, Quantity | None] = {}
    for i, (name, (unit, parts)) in enumerate(PARTS.items()):
        intervals = {part: _interval(levels, len(PARTS) + _INDEX[row]) for part, row in parts.items()}
        whole = _interval(levels, i)
        found[name] = (
            None
            if whole is None
            else Quantity(
                whole.low,
                whole.central,
                whole.high,
                unit,
                {part: each for part, each in intervals.items() if each is not None},
            )
        )
    return Impacts(**found, method=method, evidence=evidence, caveats=caveats, model=model)


def as_avoided(
    difference: Totals, *, reference: str, equivalence: Equivalence, method: str, caveats: tuple[str, ...]
) -> Avoided:
    """Quantiles of a difference taken inside each scenario, and P(greenhouse gas avoided > 0)."""
    five = criteria(difference)
    levels = quantiles(five)
    found: dict[str, Quantity | None] = {}
    for i, (name, (unit, _)) in enumerate(PARTS.items()):
        whole = _interval(levels, i)
        found[name] = None if whole is None else Quantity(whole.low, whole.central, whole.high, unit)
    positive = None if found["ghg_g"] is None else _plain((five[1] > 0).mean(axis=0))
    return Avoided(
        **found,
        p_positive=positive,
        reference=reference,
        equivalence=equivalence,
        method=method,
        caveats=caveats,
    )


def _interval(levels: NDArray[np.float64], row: int) -> Interval | None:
    low, central, high = levels[:, row]
    if np.isnan(central).any():
        return None
    return Interval(_plain(low), _plain(central), _plain(high))


def _plain(value: NDArray[np.float64]) -> Number:
    return float(value) if np.ndim(value) == 0 else value
