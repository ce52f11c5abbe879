"""A call at a time: the hour's grid intensity takes the place of the annual average."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sobrio.catalog.hourly import HourlySeries
from sobrio.errors import InputError
from sobrio.impact import Estimator
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Impacts
from sobrio.terms.model import Model
from sobrio.terms.quantity import Number

SMALL = Model("small", 8, 8)
LARGE = Model("large", 400, 400)
NIGHT, EVENING = datetime(2026, 11, 22, 3, tzinfo=UTC), datetime(2026, 11, 22, 19, tzinfo=UTC)
ODD = datetime(2026, 11, 22, 12, tzinfo=UTC)
FRANCE = HourlySeries("FRA", {NIGHT: 20.0, EVENING: 80.0, ODD: 0.0}, "a file")


@pytest.fixture(scope="module", params=["sobrio-1", "ecologits"])
def estimator(request: pytest.FixtureRequest) -> Estimator:
    return Estimator(request.param, hourly={"FRA": FRANCE})


def impacts_at(estimator: Estimator, moment: datetime | None, zone: str | None = "FRA") -> Impacts:
    return estimator.estimate(model=SMALL, input_tokens=100, output_tokens=500, zone=zone, at=moment)


def call_at(moment: datetime | None, tokens: int = 500, model: Model = SMALL) -> Activity:
    return Activity(model, 100, tokens, zone="FRA", at=None if moment is None else moment.isoformat())


def ghg_in_use(impacts: Impacts | None) -> Number:
    assert impacts is not None and impacts.ghg_g is not None
    return impacts.ghg_g.parts["use"].central


def test_an_hour_of_less_intensity_emits_less_in_proportion(estimator: Estimator) -> None:
    night, evening = (impacts_at(estimator, hour) for hour in (NIGHT, EVENING + timedelta(minutes=59)))
    assert ghg_in_use(evening) == pytest.approx(4 * ghg_in_use(night))
    assert night.method == f"{estimator.method}+hourly"
    assert "unknown-hour" not in night.caveats


def test_the_hour_changes_nothing_else(estimator: Estimator) -> None:
    night, always = impacts_at(estimator, NIGHT), impacts_at(estimator, None)
    assert night.energy_wh == always.energy_wh
    assert night.water_ml == always.water_ml
    assert night.primary_energy_mj == always.primary_energy_mj
    assert night.ghg_g is not None and always.ghg_g is not None
    assert night.ghg_g.parts["embodied"] == always.ghg_g.parts["embodied"]


@pytest.mark.parametrize("zone", ["FRA", "DEU", None])
def test_without_the_hour_the_average_stands_and_says_so(estimator: Estimator, zone: str | None) -> None:
    found, always = (impacts_at(estimator, moment, zone) for moment in (NIGHT.replace(year=2025), None))
    assert found.ghg_g == always.ghg_g
    assert found.method == estimator.method
    assert found.caveats == (*always.caveats, "unknown-hour")


def test_a_region_of_the_zone_has_its_hours(estimator: Estimator) -> None:
    region, country = (ghg_in_use(impacts_at(estimator, NIGHT, zone)) for zone in ("eu-west-3", "FRA"))
    assert region == pytest.approx(country, rel=0.05)


def test_arrays_in_arrays_out(estimator: Estimator) -> None:
    tokens = np.array([10.0, 500.0])
    many = estimator.estimate(model=SMALL, input_tokens=100, output_tokens=tokens, zone="FRA", at=NIGHT)
    assert np.asarray(ghg_in_use(many)).shape == (2,)
    assert np.asarray(ghg_in_use(many))[1] == pytest.approx(ghg_in_use(impacts_at(estimator, NIGHT)))


def test_nothing_is_known_of_an_unknown_model_at_any_hour(estimator: Estimator) -> None:
    found = estimator.estimate(model=Model("secret"), input_tokens=1, output_tokens=1, zone="FRA", at=NIGHT)
    assert found.ghg_g is None and "unknown-model" in found.caveats


def test_an_hour_outside_the_plausible_is_used_and_flagged(estimator: Estimator) -> None:
    odd, usual = impacts_at(estimator, ODD), impacts_at(estimator, NIGHT)
    assert ghg_in_use(odd) == 0 and "implausible-intensity" in odd.caveats
    assert "implausible-intensity" not in usual.caveats


def test_receipts_use_the_hour_of_each_call(estimator: Estimator) -> None:
    realised, reference, avoided = estimator.account(
        [call_at(NIGHT)], call_at(NIGHT, model=LARGE), router_cpu_seconds=0, equivalence="unverified"
    )
    again = estimator.estimate(model=SMALL, input_tokens=100, output_tokens=500, zone="FRA", at=NIGHT)
    assert ghg_in_use(realised) == pytest.approx(ghg_in_use(again))
    assert reference is not None and avoided is not None
    for side in (realised, reference, avoided):
        assert side.method == f"{estimator.method}+hourly"


def test_a_period_weighs_every_hour_by_its_calls(estimator: Estimator) -> None:
    """Linear in tokens: 300 at night and 100 in the evening."""
    calls = [call_at(NIGHT, 300), call_at(EVENING, 100), call_at(None, 50)]
    whole = estimator.scenario_totals(calls)
    parts = sum(estimator.scenario_totals([each]) for each in calls)
    assert np.allclose(whole, parts, rtol=1e-12)


def test_without_hours_the_time_of_a_call_changes_nothing() -> None:
    plain = Estimator()
    timed, untimed = (
        plain.account([call_at(moment)], None, router_cpu_seconds=0, equivalence="unverified")[0]
        for moment in (NIGHT, None)
    )
    assert timed == untimed


def test_a_time_that_is_none_is_refused(estimator: Estimator) -> None:
    with pytest.raises(InputError, match="2026-11-22T10:00Z"):
        estimator.scenario_totals([Activity(SMALL, 1, 1, zone="FRA", at="yesterday")])
