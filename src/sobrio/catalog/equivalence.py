"""Everyday equivalents of an impact. For illustration only: claims are made in units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import msgspec

from sobrio.catalog import records
from sobrio.catalog.factor import Factor, Source

Criterion: TypeAlias = Literal["energy_wh", "ghg_g", "water_ml"]

UNITS: Mapping[Criterion, str] = {"energy_wh": "Wh", "ghg_g": "g CO2e", "water_ml": "mL"}


@dataclass(frozen=True, slots=True)
class Equivalence:
    """`factor.value` of the criterion is one of these things."""

    name: str
    region: str
    label: Mapping[str, str]
    """What is counted, by language (`en`, `fr`)."""
    criterion: Criterion
    factor: Factor

    def count(self, amount: float) -> float:
        """How many of them make `amount`, in the criterion's unit; negative amounts stay negative."""
        return amount / self.factor.value


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    region: str
    label: dict[str, str]
    criterion: Criterion
    amount: float
    year: int
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    sources: dict[str, Source]
    equivalences: tuple[_Record, ...]


@cache
def equivalences() -> tuple[Equivalence, ...]:
    """Every equivalence, each with its source and year."""
    file = records.shipped("equivalences.json", _File)
    return tuple(_equivalence(each, file.sources) for each in file.equivalences)


def equivalents(criterion: Criterion, amount: float) -> dict[str, float]:
    """`amount` (Wh, g CO2e or mL) counted in every everyday thing of that criterion, by name."""
    return {each.name: each.count(amount) for each in equivalences() if each.criterion == criterion}


def _equivalence(record: _Record, sources: Mapping[str, Source]) -> Equivalence:
    source = sources[record.source]
    factor = Factor(
        record.amount, UNITS[record.criterion], source.title, record.year, source.licence, url=source.url
    )
    return Equivalence(record.name, record.region, record.label, record.criterion, factor)
