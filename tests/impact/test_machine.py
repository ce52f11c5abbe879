"""The machine that routes: its class, and what its busy cores draw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sobrio.errors import InputError
from sobrio.impact import Estimator
from sobrio.impact.machine import machines, this_machine
from sobrio.impact.probe import detected, here, measured, watts_per_busy_core

HOUR = 3600.0


def firmware(folder: Path, vendor: str, product: str, chassis: int) -> Path:
    for name, text in (("sys_vendor", vendor), ("product_name", product), ("chassis_type", str(chassis))):
        (folder / name).write_text(f"{text}\n")
    return folder


def package(powercap: Path, number: int, microjoules: int, most: int = 10**9) -> Callable[[int], None]:
    """One fake processor package; the result turns its counter on."""
    zone = powercap / f"intel-rapl:{number}"
    zone.mkdir()
    (zone / "name").write_text(f"package-{number}\n")
    (zone / "energy_uj").write_text(f"{microjoules}\n")
    (zone / "max_energy_range_uj").write_text(f"{most}\n")
    core = powercap / f"intel-rapl:{number}:0"
    core.mkdir()
    (core / "name").write_text("core\n")
    return lambda now: (zone / "energy_uj").write_text(f"{now}\n") and None


@pytest.mark.parametrize(
    ("vendor", "product", "chassis", "processor", "name"),
    [
        ("Dell Inc.", "PowerEdge R650", 23, "x86_64", "x86-server"),
        ("Ampere", "Mt. Jade", 23, "aarch64", "arm-server"),
        ("Amazon EC2", "c7g.large", 1, "aarch64", "arm-server"),
        ("Microsoft Corporation", "Virtual Machine", 3, "x86_64", "x86-server"),
        ("LENOVO", "20XW", 10, "x86_64", "laptop"),
        ("ASUS", "System Product Name", 3, "x86_64", "desktop"),
        ("nobody", "nothing", 1, "x86_64", "unknown"),
    ],
)
def test_the_firmware_tells_the_class(
    vendor: str, product: str, chassis: int, processor: str, name: str, tmp_path: Path
) -> None:
    assert detected(firmware(tmp_path, vendor, product, chassis), processor).name == name


def test_without_firmware_the_class_is_unknown(tmp_path: Path) -> None:
    assert detected(tmp_path / "none").name == "unknown"


def test_the_environment_names_the_class() -> None:
    assert this_machine({"SOBRIO_MACHINE_CLASS": "arm-server"}).name == "arm-server"
    with pytest.raises(InputError, match="x86-server"):
        this_machine({"SOBRIO_MACHINE_CLASS": "abacus"})


def test_counters_give_watts_per_busy_core(tmp_path: Path) -> None:
    first, second = package(tmp_path, 0, 5_000_000), package(tmp_path, 1, 999_000_000)

    def work() -> float:
        first(8_000_000)
        second(1_000_000)  # began again from 0
        return 0.5

    assert watts_per_busy_core(tmp_path, work) == pytest.approx((3 + 2) / 0.5)


def test_what_is_measured_is_preferred_to_the_class(tmp_path: Path) -> None:
    powercap = tmp_path / "powercap"
    powercap.mkdir()
    laptop = firmware(tmp_path, "LENOVO", "20XW", 10)
    assert here(laptop, powercap).name == "laptop"
    package(powercap, 0, 5_000_000)
    assert here(laptop, powercap).name == "laptop, measured"


@pytest.mark.parametrize("shut", [True, False])
def test_counters_that_cannot_be_read_give_nothing(shut: bool, tmp_path: Path) -> None:
    if shut:
        package(tmp_path, 0, 1)
        (tmp_path / "intel-rapl:0" / "energy_uj").unlink()
    assert watts_per_busy_core(tmp_path, lambda: 1.0) is None


def test_a_measurement_takes_the_place_of_the_class() -> None:
    machine = measured(machines()["laptop"], 10.0)
    energy = Estimator(machine=machine).router_energy(HOUR)
    assert (energy.low, energy.high) == (pytest.approx(11, rel=0.01), pytest.approx(20, rel=0.01))
    assert "RAPL" in machine.source and machine.name == "laptop, measured"


def test_a_class_outside_data_centres_draws_what_it_says() -> None:
    energy = Estimator(machine=machines()["laptop"]).router_energy(HOUR)
    assert (energy.low, energy.high) == (pytest.approx(5, rel=0.01), pytest.approx(12, rel=0.01))


def test_a_data_centre_adds_its_building_and_its_water() -> None:
    server, laptop = (Estimator(machine=machines()[name]) for name in ("x86-server", "laptop"))
    assert server.router_energy(HOUR).low > 1.2 * 1.1
    water = [
        each.account((), None, router_cpu_seconds=HOUR, equivalence="unverified")[0].water_ml
        for each in (server, laptop)
    ]
    assert water[0] is not None and water[0].parts["site"].low > 0
    assert water[1] is not None and water[1].parts["site"].high == 0


def test_every_class_has_a_source_and_a_year() -> None:
    assert all(each.source and each.year >= 2020 for each in machines().values())
    assert all(0 < each.watts_per_core[0] < each.watts_per_core[1] for each in machines().values())
