"""The machine the router runs on: what its class is, and what a busy core of it draws."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sobrio.errors import InputError
from sobrio.impact.draws import Spread
from sobrio.impact.shipped import shipped

VARIABLE: Final = "SOBRIO_MACHINE_CLASS"


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
        return _probed()
    if named not in machines():
        raise InputError(f"{VARIABLE}={named!r} is no class of machines; use {', '.join(machines())}")
    return machines()[named]


@cache
def _probed() -> Machine:
    """Asked once; the probe is imported here because the core must import fast."""
    from sobrio.impact.probe import here

    return here()
