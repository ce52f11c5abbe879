"""What the figures rest on: method, code, evidence, activity, and the factors of every zone."""

from __future__ import annotations

import sobrio
from sobrio.catalog import Catalog
from sobrio.catalog.zone import Zone
from sobrio.impact import Machine
from sobrio.report.annex import Method, UsedFactor, UsedModel
from sobrio.report.books import COMPARED, Books
from sobrio.terms.activity import Activity
from sobrio.terms.model import Model

_FACTORS = ("ghg_g_per_kwh", "primary_energy_mj_per_kwh", "water_l_per_kwh", "adpe")


def method(books: Books, method_id: str, machine: Machine) -> Method:
    realised = tuple(books.tally().realised)
    references = tuple(
        (activity, standing) for standing in sorted(COMPARED) for activity in books.tally(standing).references
    )
    activities = [*realised, *(activity for activity, _ in references)]
    factors = _factors(activities)
    years = [each.year for each in factors]
    return Method(
        id=method_id,
        code_version=sobrio.__version__,
        evidence=dict(sorted(books.evidence.items())),
        vintage=(min(years), max(years)) if years else None,
        factors=factors,
        models=_models(activities),
        machine=machine,
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


def _models(activities: list[Activity]) -> tuple[UsedModel, ...]:
    found = {each.model.name: each.model for each in activities}
    return tuple(_used(model) for _, model in sorted(found.items()))


def _used(model: Model) -> UsedModel:
    catalog = Catalog.default()
    entry = catalog.entry(model.name) if catalog.find(model.name) else None
    source = entry.sources.get("size") if entry else None
    return UsedModel(
        name=model.name,
        total_params_b=model.total_params_b,
        active_params_b=model.active_params_b,
        evidence=model.evidence,
        source=source.title if source else "",
        year=source.year if source else None,
    )
