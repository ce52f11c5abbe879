"""Methods: named, versioned ways from a deployment to its profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from sobrio.errors import InputError
from sobrio.impact import sobrio1
from sobrio.impact.draws import Draws, Levels
from sobrio.impact.picture import Picture
from sobrio.impact.place import Place
from sobrio.impact.profile import Profile
from sobrio.impact.scenarios import Scenarios
from sobrio.terms.model import Hardware, Model

ProfileOf: TypeAlias = Callable[[Model, Hardware | None, Place, Picture], Profile | None]

NAMES: Final = ("sobrio-1", "ecologits")
ALIASES: Final = {"sobrio": "sobrio-1"}


@dataclass(frozen=True, slots=True)
class Method:
    """`probabilistic` methods draw scenarios; the others know a range, and no probability."""

    name: str
    draws: Draws
    profile: ProfileOf
    probabilistic: bool


def method(name: str, scenarios: Scenarios) -> Method:
    """Raises `InputError` for a method nobody knows."""
    known = ALIASES.get(name, name)
    if known == "sobrio-1":
        return Method(known, scenarios, partial(_with_scenarios, scenarios), probabilistic=True)
    if known == "ecologits":
        from sobrio.impact import ecologits

        return Method(
            known,
            Levels(),
            lambda model, hardware, place, _: ecologits.profile(model, hardware, place),
            probabilistic=False,
        )
    raise InputError(f"unknown method {name!r}; choose one of {', '.join(NAMES)}")


def _with_scenarios(
    scenarios: Scenarios, model: Model, hardware: Hardware | None, place: Place, picture: Picture
) -> Profile | None:
    return sobrio1.profile(model, hardware, place, picture, scenarios)
