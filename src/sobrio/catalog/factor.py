"""A number that knows where it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sobrio.errors import CatalogError
from sobrio.terms.model import Evidence


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was published: title, address, year of publication, terms of use."""

    title: str
    url: str
    year: int
    licence: str


@dataclass(frozen=True, slots=True)
class Factor:
    """One impact factor. `low` and `high` are P5 and P95 where a spread is known.

    Raises `CatalogError` when the value is not a finite number or has no source.
    """

    value: float
    unit: str
    source: str
    year: int
    """The year the value describes."""
    licence: str
    low: float | None = None
    high: float | None = None
    evidence: Evidence = "official"
    """`official` as published, `modelled` when derived from other published figures."""
    url: str = ""

    def __post_init__(self) -> None:
        if not self.source or not self.licence:
            raise CatalogError(f"{self.value} {self.unit} has no source; give its source, year and licence")
        if not math.isfinite(self.value):
            raise CatalogError(f"{self.value} {self.unit} of {self.source} is not a finite number")
