"""Electricity zones and providers: plausible numbers, each with a source."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sobrio.catalog import Catalog, Factor, Provider, Zone

REGIONS = Path(__file__).parents[2] / "benchmarks" / "catalogue" / "regions.csv"


@pytest.fixture
def zones() -> tuple[Zone, ...]:
    return Catalog.default().zones()


def factors(zone: Zone) -> list[Factor]:
    found = (zone.ghg_g_per_kwh, zone.primary_energy_mj_per_kwh, zone.water_l_per_kwh, zone.adpe)
    return [each for each in found if each is not None]


def test_covers_the_world(zones: tuple[Zone, ...]) -> None:
    assert len(zones) >= 200
    assert Catalog.default().world() in zones
    assert sum(zone.adpe is not None for zone in zones) >= 100


def test_every_number_has_source_year_and_licence(zones: tuple[Zone, ...]) -> None:
    for factor in (each for zone in zones for each in factors(zone)):
        assert factor.source and factor.licence and factor.url.startswith("https://")
        assert 2005 <= factor.year <= 2026
        assert factor.licence.startswith(("CC BY 4.0", "MPL-2.0"))


def test_intensities_are_plausible_or_flagged(zones: tuple[Zone, ...]) -> None:
    for zone in zones:
        assert 5 <= zone.ghg_g_per_kwh.value <= 1300 or zone.notes, zone.code


def test_no_kilowatt_hour_holds_less_than_its_own_energy(zones: tuple[Zone, ...]) -> None:
    for zone in zones:
        assert zone.primary_energy_mj_per_kwh is not None
        assert 3.6 <= zone.primary_energy_mj_per_kwh.value <= 36
        assert zone.primary_energy_mj_per_kwh.evidence == "modelled"


def test_what_was_computed_says_how_far_it_may_be_off(zones: tuple[Zone, ...]) -> None:
    for factor in (each for zone in zones for each in (zone.primary_energy_mj_per_kwh, zone.water_l_per_kwh)):
        if factor and factor.evidence == "modelled":
            assert factor.low is not None and factor.high is not None
            assert factor.low <= factor.value <= factor.high


def test_water_is_known_everywhere_and_says_how(zones: tuple[Zone, ...]) -> None:
    known = [zone.water_l_per_kwh for zone in zones if zone.water_l_per_kwh is not None]
    assert len(known) == len(zones)
    assert all(0 < factor.value <= 20 for factor in known)
    assert sum(factor.evidence == "official" for factor in known) >= 40


@pytest.mark.parametrize(
    ("alias", "code"),
    [
        ("FRA", "FRA"), ("FR", "FRA"), ("eu-west-3", "FRA"), ("europe-west9", "FRA"), ("fr-par", "FRA"),
        ("us-east-1", "USA"), ("eastus", "USA"), ("swedencentral", "SWE"), ("eu-north-1", "SWE"),
        ("westeurope", "NLD"), ("ap-northeast-1", "JPN"), ("world", "world"),
    ],
)  # fmt: skip
def test_cloud_regions_lead_to_their_country(alias: str, code: str) -> None:
    zone = Catalog.default().zone(alias)
    assert zone is not None
    assert zone.code == code


def test_every_listed_region_leads_to_its_zone() -> None:
    catalog = Catalog.default()
    with REGIONS.open() as file:
        for row in csv.DictReader(file):
            zone = catalog.zone(row["alias"])
            assert zone is not None and zone.code == row["zone"], row


def test_a_zone_is_found_by_exact_names_only(zones: tuple[Zone, ...]) -> None:
    names = [name for zone in zones for name in (zone.code, *zone.aliases)]
    assert len(names) == len(set(names))
    assert Catalog.default().zone("Fra") is Catalog.default().zone("FRA")
    assert Catalog.default().zone("France") is None
    assert Catalog.default().zone("Atlantis") is None


def test_nuclear_and_coal_grids_are_told_apart() -> None:
    catalog = Catalog.default()
    france, poland = catalog.zone("FRA"), catalog.zone("POL")
    assert france and poland
    assert france.ghg_g_per_kwh.value < 100
    assert poland.ghg_g_per_kwh.value > 400


def test_providers_disclose_or_stay_unknown() -> None:
    catalog = Catalog.default()
    bedrock = catalog.provider("bedrock")
    assert isinstance(bedrock, Provider)
    assert bedrock is catalog.provider("aws")
    for provider in catalog.providers():
        assert provider.pue is None or 1 <= provider.pue.value <= 2
        assert provider.wue_l_per_kwh is None or 0 < provider.wue_l_per_kwh.value <= 2
        assert provider.zone is None or catalog.zone(provider.zone)
        for factor in (provider.pue, provider.wue_l_per_kwh):
            assert factor is None or (factor.low is None) == (factor.high is None)
            assert factor is None or factor.low is None or 0 < factor.low <= factor.value
    openai = catalog.provider("openai")
    assert openai and openai.pue is None and openai.zone is None
    assert catalog.provider("nobody") is None
