"""What surrounds an accelerator: host, building, grid, water and the making of the hardware.

Sources: `docs/method.md`. A pair is P5 and P95 of a lognormal, a triple adds the median.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sobrio.catalog.factor import Factor
from sobrio.catalog.zone import Provider, Zone
from sobrio.impact.draws import Vector, around, between
from sobrio.impact.profile import ROWS

HOST: Final = (1.25, 1.6, 2.2)
"""Host and idle over accelerator (Google 2025 split, arXiv 2508.15734)."""
PUE: Final = (1.1, 1.3)
WUE_L_PER_KWH: Final = (0.1, 1.8)
"""On-site water of a data centre that discloses nothing."""
LIFETIME_YEARS: Final = (3.0, 6.0)
UTILISATION: Final = (0.25, 0.5, 0.8)
ACCELERATOR_WATTS: Final = (200.0, 650.0)
"""Power of one accelerator while serving: measured runs, P5 and P95."""
GHG_KG_PER_ACCELERATOR: Final = (150.0 + 5700 / 8, 320.0 + 6000 / 8)
ADPE_MG_PER_ACCELERATOR: Final = (2.8e4, 1.1e5)
PRIMARY_MJ_PER_ACCELERATOR: Final = (6e3, 2.5e4)
CORE_WATTS: Final = (5.0, 12.0)
GHG_KG_PER_CORE: Final = (10.0, 60.0)
ADPE_MG_PER_CORE: Final = (5e2, 5e3)
PRIMARY_MJ_PER_CORE: Final = (150.0, 900.0)
UNKNOWN_SPREAD: Final = 1.1
"""P95 over median of a factor that has no published spread."""
SECONDS_PER_YEAR: Final = 365.25 * 86400


class Draws(Protocol):
    """Where vectors come from."""

    def normal(self, key: str) -> Vector: ...


def drawn(draws: Draws, key: str, factor: Factor | None) -> Vector | None:
    """A published factor with its published spread, else a tenth either way."""
    if factor is None:
        return None
    low = factor.value / UNKNOWN_SPREAD if factor.low is None else factor.low
    high = factor.value * UNKNOWN_SPREAD if factor.high is None else factor.high
    return around(draws.normal(key), low, factor.value, high)


def pue(draws: Draws, provider: Provider | None, place: str) -> Vector:
    """Facility energy over IT energy."""
    declared = None if provider is None else drawn(draws, f"pue {place}", provider.pue)
    return np.maximum(between(draws.normal(f"pue {place}"), *PUE) if declared is None else declared, 1.0)


def seconds_of_life(draws: Draws) -> Vector:
    """Seconds of useful work that one piece of hardware does before it is replaced."""
    years = between(draws.normal("lifetime"), *LIFETIME_YEARS)
    return years * SECONDS_PER_YEAR * around(draws.normal("utilisation"), *UTILISATION)


def per_facility_wh(
    draws: Draws, zone: Zone, provider: Provider | None, place: str, *, overhead: Vector, cpu: bool
) -> NDArray[np.float64]:
    """What one facility Wh brings with it, shape (len(ROWS), K); `overhead` is facility over device."""
    building = pue(draws, provider, place)
    rows = dict.fromkeys(ROWS, np.full_like(overhead, np.nan))
    rows["energy"] = np.ones_like(overhead)
    for row, factor, unit in (
        ("ghg_use", zone.ghg_g_per_kwh, 1e-3),
        ("water_offsite", zone.water_l_per_kwh, 1.0),
        ("adpe_use", zone.adpe, 1e-3),
        ("primary_use", zone.primary_energy_mj_per_kwh, 1e-3),
    ):
        vector = drawn(draws, f"{row} {zone.code}", factor)
        if vector is not None:
            rows[row] = vector * unit
    disclosed = None if provider is None else drawn(draws, f"wue {place}", provider.wue_l_per_kwh)
    site = between(draws.normal(f"wue {place}"), *WUE_L_PER_KWH) if disclosed is None else disclosed
    rows["water_site"] = (np.zeros_like(site) if cpu else site) / building
    rows |= _embodied(draws, overhead, cpu=cpu)
    return np.stack([rows[name] for name in ROWS])


def _embodied(draws: Draws, overhead: Vector, *, cpu: bool) -> dict[str, Vector]:
    """Making the hardware, per facility Wh: hardware seconds per Wh over seconds of life."""
    z = draws.normal("embodied")
    watts = between(draws.normal("watts"), *(CORE_WATTS if cpu else ACCELERATOR_WATTS))
    share = 3600 / (watts * overhead) / seconds_of_life(draws)
    ghg, adpe, primary = (
        (GHG_KG_PER_CORE, ADPE_MG_PER_CORE, PRIMARY_MJ_PER_CORE)
        if cpu
        else (GHG_KG_PER_ACCELERATOR, ADPE_MG_PER_ACCELERATOR, PRIMARY_MJ_PER_ACCELERATOR)
    )
    return {
        "ghg_embodied": between(z, *ghg) * 1e3 * share,
        "adpe_embodied": between(z, *adpe) * share,
        "primary_embodied": between(z, *primary) * share,
    }
