"""Kinds of values in the policy file, with the JSON Schema that editors see."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from sobrio.terms.assessment import Task

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"^(\d+(?:\.\d+)?)\s*([smhd])$")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _seconds(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = _DURATION.match(value.strip())
    if match is None:
        raise ValueError("write a duration such as 90s, 30m, 24h or 7d")
    return float(match[1]) * _UNITS[match[2]]


def _one_or_many(item: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item}]})


Names = Annotated[list[str], BeforeValidator(_listed), _one_or_many({"type": "string"})]
Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    Field(gt=0),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _DURATION.pattern},
                {"type": "number", "exclusiveMinimum": 0},
            ]
        }
    ),
]
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Range = Annotated[
    tuple[float, float],
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]
_TASKS: Final = list(get_args(Task))
_ABILITIES: Final = ["tools", "vision", "json"]
Tasks = Annotated[list[Task], BeforeValidator(_listed), _one_or_many({"enum": _TASKS})]
Abilities = Annotated[
    list[Literal["tools", "vision", "json"]],
    BeforeValidator(_listed),
    _one_or_many({"enum": _ABILITIES}),
]
Objective = Literal["energy", "ghg"]
