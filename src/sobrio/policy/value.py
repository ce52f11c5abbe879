"""Kinds of values in the policy file, with the JSON Schema that editors see."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sobrio.policy.address import flaw
from sobrio.terms.assessment import Task
from sobrio.terms.request import Ability

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"^(\d+(?:\.\d+)?)\s*([smhd])$")
_LONGEST_S: Final = 10 * 365 * 86400
"""Ten years."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _seconds(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _DURATION.match(value.strip())
    if match is None:
        raise ValueError("write a duration such as 90s, 30m, 24h or 7d")
    return float(match[1]) * _UNITS[match[2]]


def _a_number(value: Any) -> Any:
    """`true` would count as 1."""
    if isinstance(value, bool):
        raise ValueError("write a number of seconds, such as 30")
    return value


def _rising(value: tuple[float, float]) -> tuple[float, float]:
    if not 0 < value[0] <= value[1] < math.inf:
        raise ValueError("write P5 and P95, above 0 and from low to high, such as [5, 12]")
    return value


def _callable(value: str) -> str:
    problem = flaw(value)
    if problem is not None:
        raise ValueError(f"write an address that {problem}")
    return value


def _one_or_many(item: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item}]})


Names = Annotated[list[str], BeforeValidator(_listed), _one_or_many({"type": "string"})]
Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    Field(gt=0, le=_LONGEST_S),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _DURATION.pattern},
                {"type": "number", "exclusiveMinimum": 0},
            ]
        }
    ),
]
Address = Annotated[str, Field(pattern=r"^https?://"), AfterValidator(_callable)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False), BeforeValidator(_a_number)]
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Range = Annotated[
    tuple[float, float],
    AfterValidator(_rising),
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]
_TASKS: Final = list(get_args(Task))
_ABILITIES: Final = list(get_args(Ability))
Tasks = Annotated[list[Task], BeforeValidator(_listed), _one_or_many({"enum": _TASKS})]
Abilities = Annotated[list[Ability], BeforeValidator(_listed), _one_or_many({"enum": _ABILITIES})]
Objective = Literal["energy", "ghg"]
