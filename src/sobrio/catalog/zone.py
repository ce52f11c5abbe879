"""Electricity zones: what one kilowatt-hour costs the world there."""

from __future__ import annotations

from dataclasses import dataclass

from sobrio.catalog.factor import Factor


@dataclass(frozen=True, slots=True)
class Zone:
    """Location-based annual averages of one grid. `None` is unknown."""

    code: str
    """ISO 3166-1 alpha-3, or `world`."""
    name: str
    ghg_g_per_kwh: Factor
    """Life-cycle g CO2e per kWh generated."""
    primary_energy_mj_per_kwh: Factor | None = None
    water_l_per_kwh: Factor | None = None
    """Water consumed where the electricity is made (EWIF), L per kWh."""
    adpe: Factor | None = None
    """Abiotic resources, mg Sb eq per kWh."""
    aliases: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """What a cloud or model provider discloses of its data centres. `None` is not disclosed."""

    name: str
    title: str
    pue: Factor | None = None
    """Facility energy over IT energy."""
    wue_l_per_kwh: Factor | None = None
    """Water consumed on site, L per kWh of IT energy."""
    zone: str | None = None
    """Where it computes unless told otherwise."""
    aliases: tuple[str, ...] = ()
    notes: str = ""
