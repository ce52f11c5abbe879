"""Place: the grid, the building and the hosts around a deployment, in every scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from sobrio.impact.draws import Draws, Skewed, Spread, Vector, lognormal

if TYPE_CHECKING:
    from sobrio.catalog import Catalog
    from sobrio.catalog.factor import Factor
    from sobrio.catalog.zone import Provider, Zone

PUE_EXCESS: Final[Spread] = (0.1, 0.3)
"""Facility over IT energy, less 1, of a data centre that discloses nothing."""
FLEET: Final = 1.5
"""P95 of one building's excess over its fleet's disclosed average."""
WUE_L_PER_KWH: Final[Spread] = (0.1, 1.8)
"""On-site water of a data centre that discloses nothing."""
HOST: Final[Skewed] = (1.25, 1.6, 2.2)
"""IT energy over accelerator energy: host and idle capacity (arXiv 2508.15734)."""
UNPUBLISHED: Final = 1.1
"""P95 over the value, for a factor without a published spread."""
FACTORS: Final = ("ghg_g_per_kwh", "primary_energy_mj_per_kwh", "water_l_per_kwh", "adpe")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deployment computes. `known` is false when the world's average stands in for its zone."""

    zone: Zone
    provider: Provider | None
    key: str
    """Two deployments with one key share their building and their prompt-reading ratio."""
    known: bool
    company: str = ""
    """The provider's name, whether it discloses anything or not."""

    @property
    def caveats(self) -> tuple[str, ...]:
        """What is not known of the grid."""
        lacking = any(getattr(self.zone, name) is None for name in FACTORS)
        holds = {"unknown-zone": not self.known, "unknown-factor": lacking}
        return tuple(code for code, true in holds.items() if true)

    def pue(self, draws: Draws) -> Vector:
        """Facility over IT energy; what is uncertain is the excess over 1."""
        disclosed = None if self.provider is None else self.provider.pue
        excess = PUE_EXCESS if disclosed is None else _around(max(disclosed.value - 1, 0.01), FLEET)
        return 1 + lognormal(draws.normal(f"pue {self.key}"), excess)

    def wue(self, draws: Draws) -> Vector:
        """L per kWh of IT energy, on site."""
        disclosed = None if self.provider is None else self.provider.wue_l_per_kwh
        spread = WUE_L_PER_KWH if disclosed is None or disclosed.value <= 0 else _spread(disclosed)
        return lognormal(draws.normal(f"wue {self.key}"), spread)

    def factor(self, draws: Draws, name: str) -> Vector:
        """One of `FACTORS` in its own unit; NaN where nobody publishes it."""
        factor: Factor | None = getattr(self.zone, name)
        if factor is None:
            return np.full(draws.count, np.nan)
        return lognormal(draws.normal(f"{name} {self.zone.code} {self.known}"), _spread(factor))


def place(catalog: Catalog, zone: str | None, provider: str) -> Place:
    """The provider's own zone stands in for an unnamed one, then the world with the spread of its zones."""
    discloses = catalog.provider(provider) if provider else None
    name = zone or (discloses.zone if discloses else None)
    found = catalog.zone(name) if name else None
    company = discloses.name if discloses else provider
    key = f"{company} {found.code if found else ''}"
    if found is None:
        return Place(anywhere(catalog), discloses, key, known=False, company=company)
    return Place(found, discloses, key, known=found is not catalog.world(), company=company)


def anywhere(catalog: Catalog) -> Zone:
    """The world's averages, P5 and P95 those of its zones."""
    world = catalog.world()
    wide = {name: _across(catalog, name, getattr(world, name)) for name in FACTORS}
    return replace(world, **wide)  # type: ignore[arg-type]


def _across(catalog: Catalog, name: str, average: Factor | None) -> Factor | None:
    if average is None:
        return None
    zones = [getattr(zone, name) for zone in catalog.zones()]
    low, high = np.quantile(
        [each.value for each in zones if each is not None and each.value > 0], [0.05, 0.95]
    )
    return replace(
        average,
        low=min(float(low), average.value / UNPUBLISHED),
        high=max(float(high), average.value * UNPUBLISHED),
    )


def _spread(factor: Factor) -> Skewed:
    low, _, high = _around(factor.value, UNPUBLISHED)
    return (factor.low or low), factor.value, (factor.high or high)


def _around(value: float, times: float) -> Skewed:
    return value / times, value, value * times
