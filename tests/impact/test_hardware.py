"""The machine that answers: data-centre accelerators by the fit, everything else as the method says."""

from __future__ import annotations

import math

import pytest

from sobrio.errors import InputError
from sobrio.impact import Estimator
from sobrio.terms.accelerator import kind, known
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Impacts
from sobrio.terms.model import Deployment, Hardware, Model
from sobrio.terms.quantity import Quantity

EIGHT = Model("eight", 8, 8, weight_bits=4)
EMBEDDER = Model("embedder", 0.3, 0.3, kind="embedding")


@pytest.fixture(scope="module")
def estimator() -> Estimator:
    return Estimator()


def on(estimator: Estimator, hardware: Hardware | None, model: Model = EIGHT) -> Impacts:
    return estimator.estimate(model=model, input_tokens=100, output_tokens=300, hardware=hardware)


def energy(impacts: Impacts) -> Quantity:
    assert impacts.energy_wh is not None
    return impacts.energy_wh


def span(impacts: Impacts) -> float:
    return float(energy(impacts).high) / float(energy(impacts).low)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NVIDIA H100 80GB HBM3", "H100"),
        ("H100-SXM5", "H100"),
        ("h200", "H200"),
        ("A100X", "A100"),
        ("GH200", None),
        ("GB200", None),
        ("RTX A1000", None),
        ("", None),
    ],
)
def test_a_name_means_an_accelerator_only_where_it_names_it(name: str, said: str | None) -> None:
    assert known(name) == said


@pytest.mark.parametrize(
    "name", ["RTX 4090", "GeForce GTX 1080 Ti", "Radeon RX 7900 XTX", "Apple M3 Max", "m2"]
)
def test_consumer_hardware_is_known_by_its_brand(name: str) -> None:
    assert kind(name) == "consumer"


def test_consumer_hardware_is_not_charged_as_a_data_centre(estimator: Estimator) -> None:
    """Llama 3 8B at 4 bits writes some 110 to 130 tokens/s on a GeForce RTX 4090 at about 300 W."""
    alone = on(estimator, Hardware(gpu="RTX 4090", batch=1))
    measured = 300 * (300 / 120) / 3600
    assert float(energy(alone).low) < measured < float(energy(alone).high)
    assert "consumer-hardware" in alone.caveats and "deployment-unknown" not in alone.caveats
    assert alone.water_ml is not None and alone.water_ml.parts["site"].high == 0


def test_batching_pays_on_consumer_hardware_too(estimator: Estimator) -> None:
    few, many = (energy(on(estimator, Hardware(gpu="RTX 4090", batch=n))).central for n in (1, 8))
    assert float(few) > 3 * float(many)


@pytest.mark.parametrize("name", ["GH200", "TPU v5e", "A100", "H200", "Abacus"])
def test_an_accelerator_without_runs_widens_the_interval_and_says_so(estimator: Estimator, name: str) -> None:
    unmeasured, measured = (on(estimator, Hardware(gpu=gpu, batch=64, gpu_count=1)) for gpu in (name, "H100"))
    assert "unmeasured-accelerator" in unmeasured.caveats
    assert "unmeasured-accelerator" not in measured.caveats
    assert span(unmeasured) > 1.2 * span(measured)


def test_a_declaration_is_no_disclosure(estimator: Estimator) -> None:
    declared = on(estimator, Hardware(joules_per_output_token=(2.0, 4.0)))
    assert declared.evidence == "assumed" and "declared-energy" in declared.caveats


def test_a_declared_processor_reads_as_a_processor_does(estimator: Estimator) -> None:
    """0.35 to 0.8 of a written token for each one read, not the 0.09 of an accelerator."""
    hardware = Hardware(kind="cpu", joules_per_output_token=(2.0, 4.0))
    read, written = (
        energy(estimator.estimate(model=EIGHT, input_tokens=i, output_tokens=o, hardware=hardware)).central
        for i, o in ((1000, 0), (0, 1000))
    )
    assert 0.4 < float(read) / float(written) < 0.7


def test_a_cached_prefix_on_a_processor_costs_something(estimator: Estimator) -> None:
    found = estimator.estimate(
        model=EIGHT, input_tokens=1000, cached_tokens=1000, output_tokens=0, hardware=Hardware(kind="cpu")
    )
    assert energy(found).low > 0


@pytest.mark.parametrize(
    "hardware",
    [
        None,
        Hardware(gpu="RTX 4090"),
        Hardware(kind="cpu"),
        Hardware(gpu="H100"),
        Hardware(joules_per_output_token=(1.0, 2.0)),
    ],
)
def test_an_embedding_model_writes_nothing_anywhere(estimator: Estimator, hardware: Hardware | None) -> None:
    read, longer = (
        estimator.estimate(model=EMBEDDER, input_tokens=1000, output_tokens=n, hardware=hardware)
        for n in (0, 50)
    )
    assert energy(read).low > 0 and read.energy_wh == longer.energy_wh


@pytest.mark.parametrize(
    "hardware",
    [
        Hardware(batch=0),
        Hardware(batch=-3),
        Hardware(batch=math.nan),
        Hardware(gpu_count=0),
        Hardware(weight_bits=-4),
        Hardware(kind="cpu", watts_per_core=(0, 0)),
        Hardware(kind="cpu", watts_per_core=(12, 5)),
        Hardware(joules_per_output_token=(-1, 2)),
        Hardware(joules_per_output_token=(0, 0)),
        Hardware(joules_per_output_token=(math.nan, 1)),
    ],
)
def test_a_machine_that_cannot_be_is_refused_in_one_line(estimator: Estimator, hardware: Hardware) -> None:
    for ask in (
        lambda: on(estimator, hardware),
        lambda: estimator.rates(Deployment("here", EIGHT, hardware=hardware)),
        lambda: estimator.account(
            [Activity(EIGHT, 1, 1, hardware=hardware, cpu_seconds=1.0)],
            None,
            router_cpu_seconds=0,
            equivalence="unverified",
        ),
    ):
        with pytest.raises(InputError, match="eight: ") as refused:
            ask()
        assert "\n" not in refused.value.message


@pytest.mark.parametrize("size", [0, -8, math.nan, math.inf, (9, 3), (0, 5)])
def test_a_size_that_cannot_be_is_refused(estimator: Estimator, size: float | tuple[float, float]) -> None:
    with pytest.raises(InputError, match="billions above 0"):
        on(estimator, None, Model("odd", size, 1))
