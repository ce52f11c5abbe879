"""Method `sobrio-1`: the fitted accelerator energy in drawn deployments."""

from __future__ import annotations

from typing import Final

import numpy as np

from sobrio.impact import consumer
from sobrio.impact.draws import Skewed, Spread, Vector, lognormal
from sobrio.impact.picture import Picture, beyond_measured, wh_by_class, wh_by_size
from sobrio.impact.place import HOST, Place
from sobrio.impact.profile import ACCELERATOR, CORE, Profile, per_facility_wh
from sobrio.impact.scenarios import FITTED_B, Scenarios, around
from sobrio.terms.accelerator import Kind, kind, known
from sobrio.terms.model import Billions, Hardware, Model

INPUT_RATIO: Final[Skewed] = (0.07, 0.09, 0.14)
"""Energy of a fresh input token over that of an output token."""
CPU_INPUT_RATIO: Final[Spread] = (0.35, 0.8)
"""The same on a processor, where reading in parallel gains less; 0.53 measured (16 of 30 ms)."""
CACHED_RATIO: Final[Skewed] = (0.02, 0.1, 0.3)
"""Energy of a cached input token over that of a fresh one."""
SHORT_ANSWER: Final = 500
LONG_ANSWER: Final = 4000
"""Output lengths at which the fit is read for a plain and for a reasoning model."""
CORE_SECONDS_PER_B: Final[Spread] = (0.06, 0.8)
"""Core-seconds per output token and billion active parameters, when none were measured.

About 0.22 measured with llama.cpp on two cores: 30 ms a token of SmolLM2-135M at 4 bits."""


def profile(
    model: Model, hardware: Hardware | None, place: Place, picture: Picture, scenarios: Scenarios
) -> Profile | None:
    """`None` when the model's size is unknown and nothing was declared in its stead."""
    machine = hardware or Hardware()
    if machine.joules_per_output_token is not None:
        return _declared(model, machine.joules_per_output_token, machine, place, scenarios)
    if model.kind == "image":
        return _image(model, place, picture, scenarios)
    if _of_unknown_size(model):
        return None
    if machine.kind == "cpu":
        return _on_processor(model, machine, place, scenarios)
    named = None if machine.gpu is None else kind(machine.gpu)
    if named == "consumer":
        return _on_consumer_hardware(model, machine, place, scenarios)
    return _on_accelerators(model, machine, named, place, scenarios)


def sizes(model: Model, scenarios: Scenarios) -> tuple[Vector, Vector]:
    """Total and active billions of parameters; a guess is drawn, both ends of the range going together."""
    u = scenarios.uniform(f"size {model.name}")
    sparse = model.architecture == "moe"
    share = scenarios.active_share(model.name) if sparse else np.ones(scenarios.count)
    if model.active_params_b is None:
        total = _size(model.total_params_b, u)
        return total, total * share
    active = _size(model.active_params_b, u)
    total = active / share if model.total_params_b is None else _size(model.total_params_b, u)
    return total, np.minimum(active, total)


def _size(size: Billions | None, u: Vector) -> Vector:
    low, high = size if isinstance(size, tuple) else (size, size)
    if low is None or high is None:
        raise ValueError("a model without any size has no profile")
    return np.asarray(low * (high / low) ** u)


def _on_accelerators(
    model: Model, machine: Hardware, named: Kind | None, place: Place, scenarios: Scenarios
) -> Profile:
    total, active = sizes(model, scenarios)
    gpu = known(machine.gpu or "")
    joules = scenarios.decoding_energy(
        total,
        active,
        weight_bits=machine.weight_bits or model.weight_bits,
        gpu=gpu,
        batch=machine.batch,
        gpu_count=machine.gpu_count,
        output_tokens=LONG_ANSWER if model.reasoning else SHORT_ANSWER,
    )
    middle = float(np.median(total))
    unmeasured = named in ("scaled", "strange")
    residual = scenarios.residual(
        middle, float(np.median(active)), model.family or model.name, wider=unmeasured
    )
    caveats = {
        "estimated-size": _guessed(model),
        "extrapolated": not FITTED_B[0] <= middle <= FITTED_B[1],
        "deployment-unknown": machine.batch is None or gpu is None,
        "unmeasured-accelerator": unmeasured,
    }
    return _in_a_data_centre(model, joules / 3600, residual, place, scenarios, caveats)


def _in_a_data_centre(
    model: Model,
    accelerator_wh: Vector,
    residual: Vector,
    place: Place,
    scenarios: Scenarios,
    caveats: dict[str, bool],
) -> Profile:
    building = place.pue(scenarios)
    facility = lognormal(scenarios.normal(f"host {place.key}"), HOST) * building
    output = around(accelerator_wh * facility, residual)
    return Profile(
        wh_per_output=output,
        **_of_input(output, lognormal(scenarios.normal(f"input {place.key}"), INPUT_RATIO), place, scenarios),
        per_wh=per_facility_wh(scenarios, place, device=ACCELERATOR, facility=facility, building=building),
        evidence="estimate" if _guessed(model) else "modelled",
        caveats=_codes(caveats, place),
    ).reading_only(model.kind == "embedding")


def _of_input(output: Vector, ratio: Vector, place: Place, scenarios: Scenarios) -> dict[str, Vector]:
    fresh = output * ratio
    cached = lognormal(scenarios.normal(f"cached {place.key}"), CACHED_RATIO)
    return {"wh_per_input": fresh, "wh_per_cached": fresh * cached, "wh_per_request": np.zeros_like(output)}


def _on_processor(model: Model, machine: Hardware, place: Place, scenarios: Scenarios) -> Profile:
    """Predicted processor time, for choosing; what was measured is charged instead once it is known."""
    _, active = sizes(model, scenarios)
    ones = np.ones(scenarios.count)
    watts = lognormal(scenarios.normal("watts"), machine.watts_per_core or CORE.watts)
    seconds = lognormal(scenarios.normal(f"core seconds {model.name}"), CORE_SECONDS_PER_B) * active
    output = seconds * watts / 3600
    return Profile(
        wh_per_output=output,
        **_of_input(output, _ratio_on_processor(scenarios), place, scenarios),
        per_wh=per_facility_wh(scenarios, place, device=CORE, facility=ones, building=ones),
        evidence="estimate" if _guessed(model) else "modelled",
        caveats=_codes({"estimated-size": _guessed(model), "cpu-charged": True}, place),
    ).reading_only(model.kind == "embedding")


def _ratio_on_processor(scenarios: Scenarios) -> Vector:
    return lognormal(scenarios.normal("input processor"), CPU_INPUT_RATIO)


def _on_consumer_hardware(model: Model, machine: Hardware, place: Place, scenarios: Scenarios) -> Profile:
    """No building and no cooling water; a token read costs its arithmetic."""
    total, active = sizes(model, scenarios)
    output, fresh = consumer.wh_per_token(
        scenarios, total, active, batch=machine.batch, weight_bits=machine.weight_bits or model.weight_bits
    )
    ones = np.ones(scenarios.count)
    return Profile(
        wh_per_output=output,
        **_of_input(output, fresh / output, place, scenarios),
        per_wh=per_facility_wh(scenarios, place, device=consumer.CARD, facility=ones, building=ones),
        evidence="estimate" if _guessed(model) else "modelled",
        caveats=_codes({"estimated-size": _guessed(model), "consumer-hardware": True}, place),
    ).reading_only(model.kind == "embedding")


def _declared(model: Model, joules: Spread, machine: Hardware, place: Place, scenarios: Scenarios) -> Profile:
    """Declared at the plug: only the building is added, and nothing for a machine that stands in none.

    A declaration is no publication: nobody can check it, so it supports no public claim.
    """
    processor = machine.kind == "cpu"
    desk = processor or kind(machine.gpu or "") == "consumer"
    building = np.ones(scenarios.count) if desk else place.pue(scenarios)
    output = lognormal(scenarios.normal("declared"), joules) / 3600 * building
    in_data_centre = lognormal(scenarios.normal(f"input {place.key}"), INPUT_RATIO)
    device = CORE if processor else consumer.CARD if desk else ACCELERATOR
    return Profile(
        wh_per_output=output,
        **_of_input(
            output, _ratio_on_processor(scenarios) if processor else in_data_centre, place, scenarios
        ),
        per_wh=per_facility_wh(scenarios, place, device=device, facility=building, building=building),
        evidence="assumed",
        caveats=_codes({"declared-energy": True}, place),
    ).reading_only(model.kind == "embedding")


def _image(model: Model, place: Place, picture: Picture, scenarios: Scenarios) -> Profile:
    """Every request is one image; the published figures are those of whole machines."""
    building, nothing = place.pue(scenarios), np.zeros(scenarios.count)
    sized, guessed, beyond = not _of_unknown_size(model), _guessed(model), True
    if sized:
        _, active = sizes(model, scenarios)
        beyond = beyond_measured(model, float(np.median(active)), picture)
        wh = wh_by_size(model, active, picture, place.key, scenarios)
    else:
        wh = wh_by_class(model, picture, scenarios)
    caveats = {"estimated-size": sized and guessed, "extrapolated": beyond, "deployment-unknown": True}
    return Profile(
        nothing,
        nothing,
        nothing,
        wh * building,
        per_facility_wh(scenarios, place, device=ACCELERATOR, facility=building, building=building),
        evidence="estimate" if guessed or not sized else "modelled",
        caveats=_codes(caveats, place),
    )


def _of_unknown_size(model: Model) -> bool:
    return model.total_params_b is None and model.active_params_b is None


def _guessed(model: Model) -> bool:
    one_size = None in (model.total_params_b, model.active_params_b)
    return (
        model.evidence == "estimate"
        or isinstance(model.total_params_b, tuple)
        or (one_size and model.architecture == "moe")
    )


def _codes(holds: dict[str, bool], place: Place) -> tuple[str, ...]:
    return (*(code for code, true in holds.items() if true), *place.caveats)
