"""What the figures rest on: method, code, evidence, activity, and the factors of every zone."""

from __future__ import annotations

import sobrio
from sobrio.catalog import Catalog
from sobrio.catalog.zone import Zone
from sobrio.report.annex import Method, UsedFactor
from sobrio.report.books import COMPARED, Books
from sobrio.terms.activity import Activity

_FACTORS = ("ghg_g_per_kwh", "primary_energy_mj_per_kwh", "water_l_per_kwh", "adpe")


def method(books: Books, method_id: str) -> Method:
    realised = tuple(books.tally().realised)
    references = tuple(
        (activity, standing) for standing in sorted(COMPARED) for activity in books.tally(standing).references
    )
    factors = _factors([*realised, *(activity for activity, _ in references)])
    years = [each.year for each in factors]
    return Method(
        id=method_id,
        code_version=sobrio.__version__,
        evidence=dict(sorted(books.evidence.items())),
        vintage=(min(years), max(years)) if years else None,
        factors=factors,
        realised_activities=realised,
        reference_activities=references,
    )


def _factors(activities: list[Activity]) -> tuple[UsedFactor, ...]:
    catalog = Catalog.default()
    found = {zone.code: zone for zone in (_zone(catalog, each.zone) for each in activities)}
    return tuple(each for _, zone in sorted(found.items()) for each in _of(zone))


def _zone(catalog: Catalog, code: str | None) -> Zone:
    return (catalog.zone(code) if code else None) or catalog.world()


def _of(zone: Zone) -> list[UsedFactor]:
    factors = ((name, getattr(zone, name)) for name in _FACTORS)
    return [
        UsedFactor(zone.code, name, each.value, each.unit, each.source, each.year, each.licence)
        for name, each in factors
        if each is not None
    ]
