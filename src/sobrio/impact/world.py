"""The world's electricity, for an estimate without a catalogue."""

from __future__ import annotations

from typing import Final

from sobrio.catalog.factor import Factor
from sobrio.catalog.zone import Zone

WORLD: Final = Zone(
    "world",
    "World",
    Factor(473, "g/kWh", "Ember, Yearly electricity data", 2024, "CC BY 4.0", 60, 720),
    Factor(9.0, "MJ/kWh", "IEA world energy balance", 2022, "fact", 6.0, 11.5),
    Factor(3.1, "L/kWh", "WRI, Guidance for calculating water use", 2020, "CC BY 4.0", 1.0, 7.0),
    Factor(7.4e-2, "mg/kWh", "ADEME Base Empreinte", 2011, "Licence Ouverte", 2.5e-2, 1.5e-1),
)
