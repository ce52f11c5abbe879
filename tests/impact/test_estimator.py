"""What a user of the estimator relies on."""

from __future__ import annotations

import numpy as np
import pytest

from sobrio.errors import InputError
from sobrio.impact import Estimator
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Impacts
from sobrio.terms.model import Deployment, Model

SMALL = Model("small", 8, 8, family="llama")
BIG = Model("big", 400, 17, "moe", family="llama")
SECRET = Model("secret")


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    return Estimator()


def test_an_unknown_method_is_refused_by_name():
    with pytest.raises(InputError, match="choose one of"):
        Estimator(method="guess")


def test_arrays_in_arrays_out(estimator: Estimator):
    many = estimator.estimate(model=SMALL, input_tokens=np.array([10, 20]), output_tokens=np.array([5, 500]))
    one = estimator.estimate(model=SMALL, input_tokens=20, output_tokens=500)
    assert many.energy_wh is not None and one.energy_wh is not None
    assert np.asarray(many.energy_wh.high).shape == (2,)
    assert np.asarray(many.energy_wh.high)[1] == pytest.approx(one.energy_wh.high)


def test_unknown_size_is_none_and_says_why(estimator: Estimator):
    impacts = estimator.estimate(model=SECRET, input_tokens=10, output_tokens=10)
    assert impacts.energy_wh is None and impacts.ghg_g is None
    assert "unknown-model" in impacts.caveats
    assert estimator.rates(Deployment("secret", SECRET)) is None


def test_the_whole_account_of_a_request(estimator: Estimator):
    realised, reference, avoided = estimator.account(
        [Activity(SMALL, 100, 300)],
        Activity(BIG, 100, 300, role="reference"),
        router_cpu_seconds=0.01,
        equivalence="verified",
    )
    assert realised.energy_wh and reference and reference.energy_wh and avoided and avoided.energy_wh
    assert realised.energy_wh.central < reference.energy_wh.central
    assert avoided.p_positive is not None and avoided.p_positive > 0.9


def test_a_mixture_of_experts_with_one_size_known_is_a_guess_between_sparse_and_dense():
    estimator = Estimator()

    def told(model: Model) -> Impacts:
        return estimator.estimate(model=model, input_tokens=0, output_tokens=1000, zone="FRA")

    def spent(model: Model) -> float:
        energy = told(model).energy_wh
        assert energy
        return float(energy.central)

    for half_known in (Model("half", 200, None, "moe"), Model("half", None, 20, "moe")):
        assert "estimated-size" in told(half_known).caveats
        assert told(half_known).evidence == "estimate"
    assert spent(Model("half", 200, None, "moe")) < spent(Model("dense", 200, 200)) / 1.5
    assert spent(Model("half", None, 20, "moe")) > spent(Model("dense", 20, 20))
    assert "estimated-size" not in told(Model("dense", 200, None)).caveats
