"""The `ecologits` method is the published formula, and its documented data defects stay theirs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from ecologits.electricity_mix_repository import electricity_mixes as mixes
from ecologits.impacts import llm as formula
from ecologits.tracers.utils import PROVIDER_CONFIG_MAP
from ecologits.utils.range_value import RangeValue

from sobrio.catalog import Catalog
from sobrio.impact import Estimator
from sobrio.impact.ecologits import Grid, per_token
from sobrio.impact.profile import ROWS
from sobrio.terms.activity import Activity
from sobrio.terms.model import Model

RNG = np.random.default_rng(20261122)
POINTS = 1000


def test_equals_the_package_on_a_thousand_random_points():
    total = np.exp(RNG.uniform(np.log(0.1), np.log(2000), POINTS))
    active = total * RNG.uniform(0.02, 1, POINTS)
    tokens = RNG.integers(1, 20000, POINTS)
    pue, wue = RNG.uniform(1, 2, POINTS), RNG.uniform(0, 3, POINTS)
    ghg, adpe = RNG.uniform(0.005, 1.3, POINTS), np.exp(RNG.uniform(-20, -15, POINTS))
    primary, ewif = RNG.uniform(3.6, 14, POINTS), RNG.uniform(0.1, 10, POINTS)
    for i in range(POINTS):
        theirs = formula.compute_llm_impacts(
            active[i], total[i], tokens[i], adpe[i], primary[i], ghg[i], ewif[i], pue[i], wue[i]
        )
        grid = Grid(ghg[i] * 1e3, adpe[i] * 1e6, primary[i], ewif[i])
        ours = dict(zip(ROWS, per_token(total[i], active[i], pue[i], wue[i], grid) * tokens[i], strict=True))
        expected = {
            "energy": theirs.energy.value * 1e3,
            "ghg_use": theirs.usage.gwp.value * 1e3,
            "ghg_embodied": theirs.embodied.gwp.value * 1e3,
            "adpe_use": theirs.usage.adpe.value * 1e6,
            "adpe_embodied": theirs.embodied.adpe.value * 1e6,
            "primary_use": theirs.usage.pe.value,
            "primary_embodied": theirs.embodied.pe.value,
        }
        for row, value in expected.items():
            assert ours[row] == pytest.approx(value, rel=1e-9), row
        water = ours["water_site"] + ours["water_offsite"]
        assert water == pytest.approx(theirs.usage.wcf.value * 1e3, rel=1e-9)


def test_a_guessed_size_gives_the_range_that_the_package_gives():
    zone = Catalog.default().zone("USA")
    assert zone and zone.primary_energy_mj_per_kwh and zone.water_l_per_kwh and zone.adpe
    theirs = formula.compute_llm_impacts(
        RangeValue(min=20, max=60),
        RangeValue(min=200, max=600),
        400,
        zone.adpe.value / 1e6,
        zone.primary_energy_mj_per_kwh.value,
        zone.ghg_g_per_kwh.value / 1e3,
        zone.water_l_per_kwh.value,
        1.2,
        0.569,
    )
    closed = Model("closed", (200, 600), (20, 60), "moe", provider="openai", evidence="estimate")
    ours = Estimator("ecologits").estimate(
        model=closed, input_tokens=0, output_tokens=400, zone="USA", provider="openai"
    )
    assert ours.energy_wh and ours.ghg_g
    assert ours.energy_wh.low == pytest.approx(theirs.energy.value.min * 1e3, rel=1e-9)
    assert ours.energy_wh.central == pytest.approx(theirs.energy.value.mean * 1e3, rel=1e-9)
    assert ours.energy_wh.high == pytest.approx(theirs.energy.value.max * 1e3, rel=1e-9)
    assert ours.ghg_g.high == pytest.approx(theirs.gwp.value.max * 1e3, rel=1e-9)


def test_it_charges_no_input_and_knows_no_probability():
    estimator, model = Estimator("ecologits"), Model("eight", 8, 8)
    assert estimator.estimate(model=model, input_tokens=5000, output_tokens=100) == estimator.estimate(
        model=model, input_tokens=0, output_tokens=100
    )
    avoided = estimator.avoided([Activity(model, 10, 100)], Activity(Model("seventy", 70, 70), 10, 100))
    assert avoided.p_positive is None and avoided.energy_wh and avoided.energy_wh.low > 0


def test_documented_defects_of_the_package_data_are_not_ours():
    """One grid of 0 g CO2e per kWh; primary energy below the 3.6 MJ that a kWh is; shared world values."""
    theirs = mixes.list_electricity_mixes()
    clean = [mix.zone for mix in theirs if mix.gwp == 0]
    below = [mix.zone for mix in theirs if mix.pe < 3.6]
    assert clean == ["CAF"] and len(below) > 70
    catalog = Catalog.default()
    for zone in catalog.zones():
        assert zone.ghg_g_per_kwh.value > 0, zone.code
        assert zone.primary_energy_mj_per_kwh is None or zone.primary_energy_mj_per_kwh.value >= 3.6
    world, wor = catalog.world(), mixes.find_electricity_mix(zone="WOR")
    assert world.adpe is not None and not math.isclose(world.adpe.value / 1e6, wor.adpe, rel_tol=0.5)


@pytest.mark.parametrize("package_name", sorted(PROVIDER_CONFIG_MAP))
def test_every_provider_of_the_package_has_the_building_it_has_there(package_name):
    ours_by_theirs = {"google_genai": "google", "mistralai": "mistral"}
    provider = ours_by_theirs.get(package_name, package_name)
    zone, building = Catalog.default().zone("USA"), PROVIDER_CONFIG_MAP[package_name]
    assert zone and zone.primary_energy_mj_per_kwh and zone.water_l_per_kwh and zone.adpe
    theirs = formula.compute_llm_impacts(
        25,
        218,
        400,
        zone.adpe.value / 1e6,
        zone.primary_energy_mj_per_kwh.value,
        zone.ghg_g_per_kwh.value / 1e3,
        zone.water_l_per_kwh.value,
        building.datacenter_pue,
        building.datacenter_wue,
    )

    ours = Estimator("ecologits").estimate(
        model=Model("open", 218, 25, "moe"), input_tokens=0, output_tokens=400, zone="USA", provider=provider
    )

    for quantity, value, scale in (
        (ours.energy_wh, theirs.energy.value, 1e3),
        (ours.water_ml, theirs.usage.wcf.value, 1e3),
    ):
        low, high = (value.min, value.max) if isinstance(value, RangeValue) else (value, value)
        assert quantity
        assert (quantity.low, quantity.high) == pytest.approx((low * scale, high * scale), rel=1e-9)
