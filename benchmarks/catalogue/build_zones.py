"""Builds src/sobrio/catalog/data/zones.json from the data of two public packages.

    pip install --no-deps codecarbon==3.3.2 ecologits==0.11.3
    python benchmarks/catalogue/build_zones.py

Greenhouse gas, off-site water and abiotic resources are taken as published. Primary energy, and
water where WRI has no figure, are computed from the generation mix with the factors below. How far
such figures are from published ones, where both exist, is their interval.
"""

from __future__ import annotations

import csv
import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "src" / "sobrio" / "catalog" / "data" / "zones.json"

SOURCES = {
    "ember": {
        "title": "Ember yearly electricity data, life-cycle intensity, latest year of the 2026 release,"
        " via Our World in Data and ecologits 0.11.3",
        "url": "https://ourworldindata.org/grapher/carbon-intensity-electricity",
        "year": 2026,
        "licence": "CC BY 4.0",
    },
    "pe-mix": {
        "title": "Computed from the Ember generation mix: fuels and nuclear at the mean United States"
        " heat rate (EIA, Electric Power Annual, table 8.1, 2022), geothermal at 10 % and hydro, wind and"
        " solar at 100 % (IEA physical energy content)",
        "url": "https://www.eia.gov/electricity/annual/html/epa_08_01.html",
        "year": 2024,
        "licence": "CC BY 4.0",
    },
    "wri": {
        "title": "WRI, Guidance for Calculating Water Use Embedded in Purchased Electricity,"
        " consumption, via ecologits 0.11.3",
        "url": "https://www.wri.org/research/guidance-calculating-water-use-embedded-purchased-electricity",
        "year": 2020,
        "licence": "CC BY 4.0",
    },
    "water-mix": {
        "title": "Computed from the Ember generation mix with median operational water consumption by"
        " technology (Macknick et al., NREL/TP-6A20-50900, 2011)",
        "url": "https://docs.nrel.gov/docs/fy11osti/50900.pdf",
        "year": 2024,
        "licence": "CC BY 4.0",
    },
    "ademe": {
        "title": "ADEME Base Empreinte electricity mixes, via ecologits 0.11.3",
        "url": "https://base-empreinte.ademe.fr/",
        "year": 2025,
        "licence": "MPL-2.0",
    },
    "adpe-mean": {
        "title": "Generation-weighted mean of the countries in ADEME Base Empreinte, via ecologits 0.11.3",
        "url": "https://base-empreinte.ademe.fr/",
        "year": 2025,
        "licence": "MPL-2.0",
    },
}

MIX = {
    "coal_TWh": "coal",
    "gas_TWh": "gas",
    "oil_TWh": "oil",
    "nuclear_TWh": "nuclear",
    "hydroelectricity_TWh": "hydro",
    "wind_TWh": "wind",
    "solar_TWh": "solar",
    "biofuel_TWh": "biomass",
    "other_renewable_exc_biofuel_TWh": "other",
}

BTU_IN_MJ = 1.05506e-3
KWH_IN_MJ = 3.6

# MJ of primary energy per kWh generated. Heat rates of 2022 in Btu per kWh; biomass is burnt in steam
# plants and taken as coal; `other` is mostly geothermal, at the IEA's 10 %.
PRIMARY_ENERGY_MJ = {
    "coal": 10_689 * BTU_IN_MJ, "oil": 11_166 * BTU_IN_MJ, "gas": 7_740 * BTU_IN_MJ,
    "nuclear": 10_448 * BTU_IN_MJ, "biomass": 10_689 * BTU_IN_MJ,
    "hydro": KWH_IN_MJ, "wind": KWH_IN_MJ, "solar": KWH_IN_MJ, "other": 10 * KWH_IN_MJ,
}  # fmt: skip

# L consumed per kWh generated: NREL medians in gallons per MWh, times 3.785 / 1000. Cooling towers,
# and for hydropower the whole evaporation of the reservoir.
WATER_L = {
    name: gallons_per_mwh * 3.785 / 1000
    for name, gallons_per_mwh in {
        "coal": 687, "gas": 198, "oil": 826, "nuclear": 672, "biomass": 553,
        "hydro": 4491, "wind": 0, "solar": 26, "other": 10,
    }.items()
}  # fmt: skip


# Published as 0 g/kWh, which is a gap in the data and not a grid without emissions.
LEFT_OUT = {"CAF"}
FLAGGED = {"TKM": "Above 1,300 g/kWh as published, high for a gas grid; kept and flagged."}


def packaged(package: str, path: str) -> Path:
    return Path(str(distribution(package).locate_file(path)))


def shares(mix: dict[str, Any]) -> dict[str, float]:
    energy = {ours: max(mix[theirs], 0.0) for theirs, ours in MIX.items()}
    total = sum(energy.values())
    return {name: value / total for name, value in energy.items()} if total else {}


def weighted(parts: dict[str, float], factors: dict[str, float]) -> float:
    return sum(share * factors[name] for name, share in parts.items())


Interval = tuple[float, float]


def computed(value: float, year: int, source: str, error: Interval, floor: float = 0.0) -> dict[str, Any]:
    """A modelled cell with its P5 and P95."""
    made = cell(value, year, source, "modelled")
    return made | {
        name: max(float(f"{value * end:.4g}"), floor)
        for name, end in zip(("low", "high"), error, strict=True)
    }


def error_against(published_value: str, unit_value: dict[str, float], world: World, floor: float) -> Interval:
    """P5 and P95 of published over computed, on the countries that have both.

    A published figure below `floor` cannot be true and is left out.
    """
    ratios = sorted(
        factors[published_value] / weighted(parts, unit_value)
        for code, mix in world.mixes.items()
        if (parts := shares(mix))
        and (factors := world.factors.get(code))
        and published(factors, published_value)
        and factors[published_value] >= floor
    )
    print(f"{published_value}: computed for {len(ratios)} countries with a published figure")
    return ratios[round(0.05 * (len(ratios) - 1))], ratios[round(0.95 * (len(ratios) - 1))]


def cell(value: float, year: int, source: str, evidence: str = "official") -> dict[str, Any]:
    return {"value": float(f"{value:.4g}"), "year": year, "source": source, "evidence": evidence}


def published(factors: dict[str, Any], name: str) -> bool:
    return f"electricity-mix-{name}-world" not in (factors["warnings"] or ())


class World:
    """The packaged tables, and how well the computed columns fit the published ones."""

    def __init__(self, mixes: dict[str, Any], factors: dict[str, Any]) -> None:
        self.mixes = mixes
        self.factors = factors
        self.water_error = error_against("wue", WATER_L, self, 0.0)
        self.energy_error = error_against("pe", PRIMARY_ENERGY_MJ, self, KWH_IN_MJ)

    def zone(
        self, code: str, mix: dict[str, Any], factors: dict[str, Any], names: list[str]
    ) -> dict[str, Any]:
        record = {"code": code, "name": mix["country_name"], "aliases": names}
        record["ghg"] = cell(factors["gwp"] * 1000, 2025, "ember")
        if parts := shares(mix):
            energy = weighted(parts, PRIMARY_ENERGY_MJ)
            water = weighted(parts, WATER_L)
            record["primary_energy"] = computed(energy, mix["year"], "pe-mix", self.energy_error, KWH_IN_MJ)
            record["water"] = computed(water, mix["year"], "water-mix", self.water_error)
        if published(factors, "wue"):
            record["water"] = cell(factors["wue"], 2020, "wri")
        if published(factors, "adpe"):
            record["adpe"] = cell(factors["adpe"] * 1e6, 2025, "ademe")
        return record | ({"notes": FLAGGED[code]} if code in FLAGGED else {})

    def whole(self) -> dict[str, Any]:
        total = {name: sum(mix[name] for mix in self.mixes.values()) for name in MIX}
        mix = {**total, "country_name": "World", "year": 2023}
        record = self.zone("world", mix, self.factors["WOR"], ["WOR", "OWID_WRL"])
        # The published world row (0.013 mg) lies below nearly every country it is made of.
        return record | {"adpe": cell(self.mean_adpe(), 2025, "adpe-mean", "modelled")}

    def mean_adpe(self) -> float:
        """Mean over the countries with a value of their own, by generation; mg Sb eq per kWh."""
        known = [code for code in self.mixes if published(self.factors[code], "adpe")]
        weight = {code: self.mixes[code]["total_TWh"] for code in known}
        total = sum(weight[code] * self.factors[code]["adpe"] * 1e6 for code in known)
        return float(total / sum(weight.values()))


def regions() -> dict[str, list[str]]:
    """Cloud regions by country: the packaged table, then the hand-kept one."""
    found: dict[str, list[str]] = {}
    with (HERE / "regions.csv").open() as file:
        for row in csv.DictReader(file):
            found.setdefault(row["zone"], []).append(row["alias"])
    return found


def main() -> None:
    mixes = json.loads(
        packaged("codecarbon", "codecarbon/data/private_infra/global_energy_mix.json").read_bytes()
    )
    tabulated = json.loads(packaged("ecologits", "ecologits/data/electricity_mixes.json").read_bytes())
    world = World(mixes, {each["name"]: each for each in tabulated["electricity_mixes"]})
    names = regions()
    zones = [world.whole()]
    zones += [
        world.zone(code, mix, world.factors[code], names.get(code, []))
        for code, mix in sorted(mixes.items())
        if code not in LEFT_OUT
    ]
    write(zones)


def write(zones: list[dict[str, Any]]) -> None:
    """One zone per line."""
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in zones)
    TARGET.write_text(f'{{"sources": {json.dumps(SOURCES, indent=1)},\n"zones": [\n{lines}\n]}}\n')
    print(f"{len(zones)} zones, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
