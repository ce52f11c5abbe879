"""What the operating system tells of this machine: its class by firmware, its watts by energy counters."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from sobrio.impact.draws import Spread
from sobrio.impact.machine import Machine, machines

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


def here(dmi: Path = DMI, powercap: Path = POWERCAP) -> Machine:
    """As measured where the counters can be read, else the class detected."""
    machine, watts = detected(dmi), watts_per_busy_core(powercap)
    return machine if watts is None else measured(machine, watts)


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
