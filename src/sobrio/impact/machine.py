"""The machine the router runs on: what its class is, and what a busy core of it draws."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from sobrio.errors import InputError
from sobrio.impact.draws import Spread
from sobrio.impact.shipped import shipped

VARIABLE: Final = "SOBRIO_MACHINE_CLASS"
DMI: Final = Path("/sys/class/dmi/id")
POWERCAP: Final = Path("/sys/class/powercap")

CHASSIS: Final = {
    **dict.fromkeys((17, 23, 25, 28, 29), "server"),
    **dict.fromkeys((3, 4, 5, 6, 7, 13, 15, 16, 24, 35, 36), "desktop"),
    **dict.fromkeys((8, 9, 10, 14, 30, 31, 32), "laptop"),
}
"""SMBIOS chassis types (DMTF DSP0134, table 17)."""
CLOUDS: Final = ("Amazon EC2", "Google Compute Engine", "Microsoft Corporation Virtual Machine")
"""What virtual machines say of themselves; their chassis types mean nothing."""

BUSY_SECONDS: Final = 0.2
BEYOND_PACKAGE: Final[Spread] = (1.1, 2.0)
"""Power at the plug over that of the processor package (memory, disks, fans, supply): an assumption."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A class of machines, or this one as measured."""

    name: str
    watts_per_core: Spread
    """P5 and P95 at the plug of one busy logical processor, W."""
    in_data_centre: bool
    source: str
    year: int


@cache
def machines() -> Mapping[str, Machine]:
    """The classes there are, by name."""
    return {each.name: each for each in shipped("machines.json", tuple[Machine, ...])}


def this_machine(environ: Mapping[str, str] = os.environ) -> Machine:
    """The class `$SOBRIO_MACHINE_CLASS` names; else what is measured here; else the class detected.

    Raises `InputError` for a class nobody knows.
    """
    named = environ.get(VARIABLE)
    if not named:
        return _here()
    if named not in machines():
        raise InputError(f"{VARIABLE}={named!r} is no class of machines; use {', '.join(machines())}")
    return machines()[named]


def detected(dmi: Path = DMI, processor: str = "") -> Machine:
    """The class by what the firmware says; `unknown` where it says nothing."""
    kind = _kind(dmi)
    arm = (processor or platform.machine()).lower() in {"arm64", "aarch64"}
    server = "arm-server" if arm else "x86-server"
    return machines()[server if kind == "server" else kind]


def measured(machine: Machine, watts: float) -> Machine:
    """`machine` with the package power of a busy core measured in place of its class's."""
    low, high = BEYOND_PACKAGE
    return replace(
        machine,
        name=f"{machine.name}, measured",
        watts_per_core=(low * watts, high * watts),
        source=f"RAPL counters here: {watts:.1f} W per busy core at the package, x {low} to {high}",
        year=time.gmtime().tm_year,
    )


def watts_per_busy_core(powercap: Path = POWERCAP, work: Callable[[], float] | None = None) -> float | None:
    """Package watts over busy cores, by RAPL; `None` where the counters cannot be read.

    `work` keeps a core busy and returns the core-seconds that the whole machine spent meanwhile.
    """
    try:
        before = _joules(powercap)
        if not before:
            return None
        spent = (work or _one_core_busy)()
        after = _joules(powercap)
    except OSError:  # most kernels let root alone read them
        return None
    used = [(joules - before[name][0]) % full for name, (joules, full) in after.items()]
    return sum(used) / spent


@cache
def _here() -> Machine:
    machine, watts = detected(), watts_per_busy_core()
    return machine if watts is None else measured(machine, watts)


def _kind(dmi: Path) -> str:
    try:
        itself = " ".join((dmi / name).read_text().strip() for name in ("sys_vendor", "product_name"))
        chassis = int((dmi / "chassis_type").read_text())
    except (OSError, ValueError):
        return "unknown"
    return "server" if any(cloud in itself for cloud in CLOUDS) else CHASSIS.get(chassis, "unknown")


def _joules(powercap: Path) -> dict[str, tuple[float, float]]:
    """Counter and where it starts again from 0, J, by processor package."""
    packages = [zone for zone in powercap.glob("*-rapl:*") if _read(zone, "name").startswith("package")]
    return {
        zone.name: (
            float(_read(zone, "energy_uj")) / 1e6,
            float(_read(zone, "max_energy_range_uj")) / 1e6,
        )
        for zone in packages
    }


def _read(zone: Path, name: str) -> str:
    return (zone / name).read_text().strip()


def _one_core_busy() -> float:
    before, end = _busy_seconds(), time.monotonic() + BUSY_SECONDS
    while time.monotonic() < end:
        pass
    return max(_busy_seconds() - before, BUSY_SECONDS)


def _busy_seconds() -> float:
    """Core-seconds all processors have been busy since the machine began."""
    user, nice, system, _idle, _wait, interrupts, soft = map(
        int, Path("/proc/stat").read_text().split(maxsplit=8)[1:8]
    )
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")
