"""Profile: what one token of one deployment costs in every scenario, and what each Wh brings with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sobrio.impact.draws import Draws, Spread, Vector, lognormal
from sobrio.impact.place import Place
from sobrio.terms.model import Evidence

ROWS: Final = (
    "energy", "ghg_use", "ghg_embodied", "water_site", "water_offsite",
    "adpe_use", "adpe_embodied", "primary_use", "primary_embodied",
)  # fmt: skip
"""Rows of every totals matrix: Wh, g CO2e, mL, mg Sb eq, MJ."""

YEARS: Final[Spread] = (3.0, 6.0)
UTILISATION: Final = (0.25, 0.5, 0.8)
SECONDS_PER_YEAR: Final = 365.25 * 86400


@dataclass(frozen=True, slots=True)
class Device:
    """One piece of computing hardware: its power when busy and the making of it, P5 and P95."""

    watts: Spread
    ghg_kg: Spread
    adpe_mg: Spread
    primary_mj: Spread
    evaporates: bool
    """Whether the building around it cools with water."""


ACCELERATOR: Final = Device(
    watts=(200.0, 650.0),  # measured runs, per accelerator
    ghg_kg=(150.0 + 5700 / 8, 320.0 + 6000 / 8),  # accelerator and an eighth of its server
    adpe_mg=(2.0e4, 1.1e5),  # half to twice 9 g + 370 g / 8
    primary_mj=(6.0e3, 2.5e4),  # half to twice 3.7 GJ + 70 GJ / 8
    evaporates=True,
)
CORE: Final = Device(
    watts=(5.0, 12.0),
    ghg_kg=(10.0, 60.0),  # a server of 1-2 t over 32-128 cores
    adpe_mg=(0.5e3, 5.0e3),
    primary_mj=(150.0, 900.0),
    evaporates=False,
)


@dataclass(frozen=True)
class Profile:
    """One deployment in every scenario; everything is linear in tokens. Vectors have the shape (K,)."""

    wh_per_output: Vector
    """Facility Wh per output token."""
    wh_per_input: Vector
    wh_per_cached: Vector
    wh_per_request: Vector
    per_wh: NDArray[np.float64]
    """What one facility Wh brings with it, shape (len(ROWS), K)."""
    evidence: Evidence
    caveats: tuple[str, ...] = ()

    def energy(
        self, output_tokens: ArrayLike, input_tokens: ArrayLike, cached_tokens: ArrayLike, requests: ArrayLike
    ) -> NDArray[np.float64]:
        """Facility Wh, shape (K,), or (K, n) for tokens of shape (n,). `input_tokens` includes the cached."""
        counts = (output_tokens, np.subtract(input_tokens, cached_tokens), cached_tokens, requests)
        if max(map(np.ndim, counts)) == 0:
            return np.asarray(np.asarray(counts, float) @ self._stacked)
        return np.asarray(sum(map(np.multiply.outer, self.rates, np.broadcast_arrays(*counts))))

    def reading_only(self, so: bool) -> Profile:
        """For a model that writes nothing, such as an embedding model, output tokens cost nothing."""
        return replace(self, wh_per_output=np.zeros_like(self.wh_per_output)) if so else self

    @property
    def rates(self) -> tuple[Vector, Vector, Vector, Vector]:
        """Facility Wh per output, fresh input and cached token, and per request."""
        return self.wh_per_output, self.wh_per_input, self.wh_per_cached, self.wh_per_request

    @cached_property
    def _stacked(self) -> NDArray[np.float64]:
        return np.stack(self.rates)

    @cached_property
    def central(self) -> tuple[float, ...]:
        """Medians of `rates`, then of use-phase and embodied g CO2e per Wh."""
        return tuple(float(np.median(each)) for each in (*self.rates, self.per_wh[1], self.per_wh[2]))


def per_facility_wh(
    draws: Draws, place: Place, *, device: Device, facility: Vector, building: Vector
) -> NDArray[np.float64]:
    """What one facility Wh brings with it, shape (len(ROWS), K).

    `facility` is facility energy over device energy, `building` over IT energy.
    """
    share = 3600 / (_drawn(draws, device.watts, "watts") * facility) / seconds_of_life(draws)
    z = draws.normal("embodied")
    site = place.wue(draws) / building if device.evaporates else np.zeros(draws.count)
    rows = {
        "energy": np.ones(draws.count),
        "ghg_use": place.factor(draws, "ghg_g_per_kwh") / 1e3,
        "ghg_embodied": lognormal(z, device.ghg_kg) * 1e3 * share,
        "water_site": site,
        "water_offsite": place.factor(draws, "water_l_per_kwh"),
        "adpe_use": place.factor(draws, "adpe") / 1e3,
        "adpe_embodied": lognormal(z, device.adpe_mg) * share,
        "primary_use": place.factor(draws, "primary_energy_mj_per_kwh") / 1e3,
        "primary_embodied": lognormal(z, device.primary_mj) * share,
    }
    return np.stack([rows[name] for name in ROWS])


def seconds_of_life(draws: Draws) -> Vector:
    """Busy seconds of one piece of hardware before it is replaced."""
    years = _drawn(draws, YEARS, "lifetime")
    return years * SECONDS_PER_YEAR * lognormal(draws.normal("utilisation"), UTILISATION)


def processor(
    draws: Draws, place: Place, watts: Spread | None = None, *, in_data_centre: bool = False
) -> Profile:
    """A machine charged by processor time: one `request` is one core-second.

    A data centre adds its building and its cooling water; a machine elsewhere has neither.
    """
    building, nothing = place.pue(draws) if in_data_centre else np.ones(draws.count), np.zeros(draws.count)
    device = replace(CORE, watts=watts or CORE.watts, evaporates=in_data_centre)
    return Profile(
        nothing,
        nothing,
        nothing,
        _drawn(draws, device.watts, "watts") / 3600 * building,
        per_facility_wh(draws, place, device=device, facility=building, building=building),
        evidence="modelled",
        caveats=("cpu-charged", *place.caveats),
    )


def _drawn(draws: Draws, spread: Spread, key: str) -> Vector:
    return lognormal(draws.normal(key), spread)
