"""Builds src/sobrio/catalog/data/zones.json from the data of two public packages.

    pip install --no-deps codecarbon==3.3.2 ecologits==0.11.3
    python benchmarks/catalogue/build_zones.py

Greenhouse gas, off-site water and abiotic resources are taken as published. Primary energy, and
water where WRI has no figure, are computed from the generation mix with the factors below.
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
    "ember-mix": {
        "title": "Ember yearly electricity data, via Our World in Data and codecarbon 3.3.2",
        "url": "https://ourworldindata.org/electricity-mix",
        "year": 2024,
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

# MJ of primary energy per kWh generated. Heat rates of 2022 in Btu per kWh; biomass is burnt in steam
# plants and taken as coal; `other` is mostly geothermal, at the IEA's 10 %.
PRIMARY_ENERGY_MJ = {
    "coal": 10_689 * BTU_IN_MJ, "oil": 11_166 * BTU_IN_MJ, "gas": 7_740 * BTU_IN_MJ,
    "nuclear": 10_448 * BTU_IN_MJ, "biomass": 10_689 * BTU_IN_MJ,
    "hydro": 3.6, "wind": 3.6, "solar": 3.6, "other": 36.0,
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
FLAGGED = {"TKM": "Above 1,300 g/kWh: gas plants of low efficiency; kept as published."}


def packaged(package: str, path: str) -> Path:
    return Path(str(distribution(package).locate_file(path)))


def shares(mix: dict[str, Any]) -> dict[str, float]:
    energy = {ours: max(mix[theirs], 0.0) for theirs, ours in MIX.items()}
    total = sum(energy.values())
    return {name: value / total for name, value in energy.items()} if total else {}


def weighted(parts: dict[str, float], factors: dict[str, float]) -> float:
    return sum(share * factors[name] for name, share in parts.items())


def cell(value: float, year: int, source: str, evidence: str = "official") -> dict[str, Any]:
    return {"value": float(f"{value:.4g}"), "year": year, "source": source, "evidence": evidence}


def published(factors: dict[str, Any], name: str) -> bool:
    return f"electricity-mix-{name}-world" not in (factors["warnings"] or ())


def zone(
    code: str, mix: dict[str, Any], factors: dict[str, Any] | None, aliases: list[str]
) -> dict[str, Any]:
    record: dict[str, Any] = {"code": code, "name": mix["country_name"], "aliases": aliases}
    if factors is None:
        record["ghg"] = cell(mix["carbon_intensity"], mix["year"], "ember-mix")
    else:
        record["ghg"] = cell(factors["gwp"] * 1000, 2025, "ember")
    if parts := shares(mix):
        record["primary_energy"] = cell(weighted(parts, PRIMARY_ENERGY_MJ), mix["year"], "pe-mix", "modelled")
        record["water"] = cell(weighted(parts, WATER_L), mix["year"], "water-mix", "modelled")
    if factors and published(factors, "wue"):
        record["water"] = cell(factors["wue"], 2020, "wri")
    if factors and published(factors, "adpe"):
        record["adpe"] = cell(factors["adpe"] * 1e6, 2025, "ademe")
    if code in FLAGGED:
        record["notes"] = FLAGGED[code]
    return record


def world(mixes: dict[str, Any], factors: dict[str, Any]) -> dict[str, Any]:
    total = {name: sum(mix[name] for mix in mixes.values()) for name in MIX}
    mix = {**total, "country_name": "World", "year": 2023}
    record = zone("world", mix, factors["WOR"], ["WOR", "OWID_WRL"])
    # The published world row (0.013 mg) lies below nearly every country it is made of.
    return record | {"adpe": cell(mean_adpe(mixes, factors), 2025, "adpe-mean", "modelled")}


def mean_adpe(mixes: dict[str, Any], factors: dict[str, Any]) -> float:
    """Mean over the countries with a value of their own, by generation; mg Sb eq per kWh."""
    known = [code for code in mixes if code in factors and published(factors[code], "adpe")]
    weight = {code: mixes[code]["total_TWh"] for code in known}
    return float(sum(weight[code] * factors[code]["adpe"] * 1e6 for code in known) / sum(weight.values()))


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
    factors = {each["name"]: each for each in tabulated["electricity_mixes"]}
    aliases = regions()
    zones = [world(mixes, factors)]
    zones += [
        zone(code, mix, factors.get(code), aliases.get(code, []))
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
