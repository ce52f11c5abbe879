"""From what is known of a deployment to its profile in every scenario."""

from __future__ import annotations

from typing import Final

import numpy as np

from sobrio.catalog import Catalog
from sobrio.catalog.zone import Provider
from sobrio.impact import accelerator, surroundings
from sobrio.impact.draws import Vector, around, between
from sobrio.impact.profile import Profile
from sobrio.impact.scenarios import FITTED_B, Scenarios
from sobrio.impact.world import WORLD
from sobrio.terms.model import Billions, Evidence, Hardware, Model

INPUT_RATIO: Final = (0.07, 0.09, 0.14)
"""Energy of an input token over that of an output token."""
CACHED_RATIO: Final = (0.02, 0.1, 0.3)
"""Energy of a cached input token over that of a fresh one."""
SHORT_ANSWER: Final = 500
LONG_ANSWER: Final = 4000
"""Output lengths at which the fit is read for a plain and for a reasoning model."""
CPU_SECONDS_PER_B: Final = (0.04, 0.6)
"""Core-seconds per output token and billion active parameters, when none were measured."""


def profile_of(
    model: Model,
    hardware: Hardware | None,
    zone: str | None,
    provider: str,
    *,
    scenarios: Scenarios,
    catalog: Catalog | None,
) -> Profile | None:
    """`None` when the model's size is unknown and nothing was declared or measured instead."""
    grid = WORLD if catalog is None else (catalog.zone(zone) if zone else None) or catalog.world()
    discloses = None if catalog is None else catalog.provider(provider)
    machine = hardware or Hardware()
    device = _device_wh(model, machine, scenarios)
    if device is None:
        return None
    wh_per_output, evidence, caveats = device
    local = machine.kind == "cpu"
    place = f"{provider} {zone}"
    overhead = np.ones(scenarios.count) if local else _overhead(scenarios, discloses, place)
    fresh = wh_per_output * overhead * around(scenarios.normal(f"input {place}"), *INPUT_RATIO)
    if grid.code != zone and zone not in grid.aliases:
        caveats = (*caveats, "unknown-zone")
    nothing = np.zeros(scenarios.count)
    return Profile(
        wh_per_output=nothing if model.kind == "embedding" else wh_per_output * overhead,
        wh_per_input=fresh,
        wh_per_cached=fresh * around(scenarios.normal(f"cached {place}"), *CACHED_RATIO),
        wh_per_request=nothing,
        per_wh=surroundings.per_facility_wh(scenarios, grid, discloses, place, overhead=overhead, cpu=local),
        evidence=evidence,
        caveats=caveats,
    )


def processor_profile(
    scenarios: Scenarios, catalog: Catalog | None, zone: str | None, watts: tuple[float, float] | None
) -> Profile:
    """Wh per core-second (as `wh_per_request`) of a local machine: the router, or a `cpu` deployment."""
    grid = WORLD if catalog is None else (catalog.zone(zone) if zone else None) or catalog.world()
    ones = np.ones(scenarios.count)
    nothing = np.zeros(scenarios.count)
    power = between(scenarios.normal("core watts"), *(watts or surroundings.CORE_WATTS))
    around_it = surroundings.per_facility_wh(scenarios, grid, None, f"local {zone}", overhead=ones, cpu=True)
    return Profile(nothing, nothing, nothing, power / 3600, around_it, "measured", ("cpu-charged",))


def _overhead(scenarios: Scenarios, provider: Provider | None, place: str) -> Vector:
    """Facility energy over accelerator energy."""
    host = around(scenarios.normal("host"), *surroundings.HOST)
    return host * surroundings.pue(scenarios, provider, place)


def _device_wh(
    model: Model, machine: Hardware, scenarios: Scenarios
) -> tuple[Vector, Evidence, tuple[str, ...]] | None:
    """Wh per output token at the accelerators (or at the plug, declared)."""
    if machine.joules_per_output_token is not None:
        declared = between(scenarios.normal("declared"), *machine.joules_per_output_token)
        return declared / 3600, "disclosed", ()
    if model.total_params_b is None and model.active_params_b is None:
        return None
    total = _size(scenarios, model, model.total_params_b or model.active_params_b)
    active = np.minimum(_size(scenarios, model, model.active_params_b or model.total_params_b), total)
    guessed = ("estimated-size",) if model.evidence == "estimate" else ()
    if machine.kind == "cpu":
        seconds = between(scenarios.normal("cpu seconds"), *CPU_SECONDS_PER_B) * active
        watts = between(scenarios.normal("core watts"), *(machine.watts_per_core or surroundings.CORE_WATTS))
        return seconds * watts / 3600, "modelled", (*guessed, "cpu-charged")
    gpu = machine.gpu if machine.gpu in accelerator.MEMORY_GB else None
    joules = scenarios.decoding_energy(
        total,
        active,
        network=model.family or model.name,
        weight_bits=machine.weight_bits or model.weight_bits,
        gpu=gpu,
        batch=machine.batch,
        gpu_count=machine.gpu_count,
        output_tokens=LONG_ANSWER if model.reasoning else SHORT_ANSWER,
    )
    outside = not FITTED_B[0] <= float(np.median(total)) <= FITTED_B[1]
    drawn = machine.batch is None or gpu is None
    caveats = (
        *guessed,
        *(("extrapolated",) if outside else ()),
        *(("deployment-unknown",) if drawn else ()),
    )
    return joules / 3600, "estimate" if guessed else "modelled", caveats


def _size(scenarios: Scenarios, model: Model, size: Billions | None) -> Vector:
    """Billions of parameters in every scenario; a published guess is drawn log-uniformly over its range."""
    if isinstance(size, tuple):
        low, high = size
        return np.asarray(low * (high / low) ** scenarios.uniform(f"size {model.name}"))
    return np.full(scenarios.count, size, dtype=float)
