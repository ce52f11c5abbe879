"""The catalogue files: their exact shape, and how a line becomes a fact.

Numbers name their source by an id of the file's own `sources` table, so that a file stays readable
and a number without a source does not load.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec

from sobrio.catalog.entry import Entry, Price, is_stale
from sobrio.catalog.factor import Factor, Source
from sobrio.catalog.zone import Provider, Zone
from sobrio.errors import CatalogError
from sobrio.terms.model import Architecture, Billions, Evidence, Model

UNITS = {
    "ghg": "g CO2e/kWh",
    "primary_energy": "MJ/kWh",
    "water": "L/kWh",
    "adpe": "mg Sb eq/kWh",
    "pue": "1",
    "wue": "L/kWh",
}

Sources = Mapping[str, Source]
File = TypeVar("File")


class Cell(msgspec.Struct, forbid_unknown_fields=True):
    """One number of a table of factors."""

    value: float
    year: int
    source: str
    evidence: Evidence = "official"
    low: float | None = None
    high: float | None = None


class ZoneRecord(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    name: str
    ghg: Cell
    primary_energy: Cell | None = None
    water: Cell | None = None
    adpe: Cell | None = None
    aliases: tuple[str, ...] = ()
    notes: str = ""


class ProviderRecord(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    title: str
    pue: Cell | None = None
    wue: Cell | None = None
    zone: str | None = None
    aliases: tuple[str, ...] = ()
    notes: str = ""


class PriceRecord(msgspec.Struct, forbid_unknown_fields=True):
    """US dollars per million tokens, as `host` charges them."""

    input: float
    output: float
    host: str
    as_of: date
    source: str
    cached: float | None = None


class ModelRecord(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One model; the fields are those of `terms.model.Model`."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: Literal["chat", "embedding", "image"] = "chat"
    provider: str = ""
    family: str = ""
    architecture: Architecture = "dense"
    total_params_b: Billions | None = None
    active_params_b: Billions | None = None
    evidence: Evidence = "unknown"
    weight_bits: int | None = None
    context_tokens: int | None = None
    abilities: tuple[str, ...] = ()
    specialised: tuple[str, ...] = ()
    reasoning: bool = False
    released: str = ""
    licence: str = ""
    scores: dict[str, float] = {}
    price: PriceRecord | None = None
    sources: dict[str, str] = {}
    as_of: date | None = None
    notes: str = ""


class ZonesFile(msgspec.Struct, forbid_unknown_fields=True):
    sources: dict[str, Source]
    zones: tuple[ZoneRecord, ...]


class ProvidersFile(msgspec.Struct, forbid_unknown_fields=True):
    sources: dict[str, Source]
    providers: tuple[ProviderRecord, ...]


class ModelsFile(msgspec.Struct, forbid_unknown_fields=True):
    """`as_of` is the date of every model that has none of its own."""

    as_of: date
    sources: dict[str, Source]
    models: tuple[ModelRecord, ...]


def decode(data: bytes, kind: type[File], origin: str) -> File:
    """Raises `CatalogError` naming the file and the place in it."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise CatalogError(f"{origin} is not a catalogue file: {error}") from error


def shipped(name: str, kind: type[File]) -> File:
    """A file that came with the package."""
    return decode((files("sobrio.catalog") / "data" / name).read_bytes(), kind, name)


def factor(cell: Cell | None, unit: str, sources: Sources) -> Factor | None:
    return None if cell is None else _factor(cell, unit, sources)


def zone(record: ZoneRecord, sources: Sources) -> Zone:
    return Zone(
        code=record.code,
        name=record.name,
        ghg_g_per_kwh=_factor(record.ghg, UNITS["ghg"], sources),
        primary_energy_mj_per_kwh=factor(record.primary_energy, UNITS["primary_energy"], sources),
        water_l_per_kwh=factor(record.water, UNITS["water"], sources),
        adpe=factor(record.adpe, UNITS["adpe"], sources),
        aliases=record.aliases,
        notes=record.notes,
    )


def provider(record: ProviderRecord, sources: Sources) -> Provider:
    return Provider(
        name=record.name,
        title=record.title,
        pue=factor(record.pue, UNITS["pue"], sources),
        wue_l_per_kwh=factor(record.wue, UNITS["wue"], sources),
        zone=record.zone,
        aliases=record.aliases,
        notes=record.notes,
    )


def entry(record: ModelRecord, sources: Sources, as_of: date, today: date) -> Entry:
    """`as_of` is the file's date; the record's own comes first."""
    checked = record.as_of or as_of
    return Entry(
        model=_model(record, stale=is_stale(checked, today)),
        aliases=record.aliases,
        sources={field: _source(name, sources) for field, name in record.sources.items()},
        licence=record.licence,
        as_of=checked,
        price=None if record.price is None else _price(record.price, sources),
        notes=record.notes,
    )


def _factor(cell: Cell, unit: str, sources: Sources) -> Factor:
    source = _source(cell.source, sources)
    return Factor(
        cell.value, unit, source.title, cell.year, source.licence,
        low=cell.low, high=cell.high, evidence=cell.evidence, url=source.url,
    )  # fmt: skip


def _source(name: str, sources: Sources) -> Source:
    try:
        return sources[name]
    except KeyError:
        raise CatalogError(f"unknown source {name!r}; add it to the file's `sources`") from None


def _price(record: PriceRecord, sources: Sources) -> Price:
    source = _source(record.source, sources)
    return Price(record.input, record.output, record.cached, record.host, record.as_of, source)


def _model(record: ModelRecord, *, stale: bool) -> Model:
    return Model(
        name=record.name,
        total_params_b=record.total_params_b,
        active_params_b=record.active_params_b,
        architecture=record.architecture,
        family=record.family,
        released=record.released,
        scores=record.scores,
        kind=record.kind,
        provider=record.provider,
        reasoning=record.reasoning,
        weight_bits=record.weight_bits,
        context_tokens=record.context_tokens,
        abilities=frozenset(record.abilities),
        specialised=record.specialised,
        evidence=record.evidence,
        stale=stale,
    )
