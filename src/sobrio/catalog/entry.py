"""Catalogue entries: a model, what it is called, and how each fact is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sobrio.catalog.factor import Source
from sobrio.terms.model import Billions, Model

STALE_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Price:
    """List price in US dollars per million tokens, as published on `as_of`."""

    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cached_usd_per_mtok: float | None
    host: str
    """Who charges it; others may charge otherwise for an open model."""
    as_of: date
    source: Source


@dataclass(frozen=True, slots=True)
class Entry:
    """One model. `sources` has the source of `size`, `context`, `abilities`, `scores`, `released`."""

    model: Model
    aliases: tuple[str, ...]
    sources: Mapping[str, Source]
    licence: str
    as_of: date
    """When the facts were last checked."""
    price: Price | None = None
    notes: str = ""


def is_stale(as_of: date, today: date) -> bool:
    return today - as_of > STALE_AFTER


def entry_as_dict(entry: Entry) -> dict[str, Any]:
    """Everything known of the entry, JSON-ready; unknown is `None`."""
    model = entry.model
    return {
        "name": model.name,
        "aliases": list(entry.aliases),
        "kind": model.kind,
        "provider": model.provider,
        "family": model.family,
        "architecture": model.architecture,
        "total_params_b": _plain(model.total_params_b),
        "active_params_b": _plain(model.active_params_b),
        "evidence": model.evidence,
        "weight_bits": model.weight_bits,
        "context_tokens": model.context_tokens,
        "abilities": sorted(model.abilities),
        "specialised": list(model.specialised),
        "reasoning": model.reasoning,
        "released": model.released or None,
        "licence": entry.licence or None,
        "scores": dict(model.scores),
        "price": None if entry.price is None else _price_as_dict(entry.price),
        "sources": {field_: _source_as_dict(source) for field_, source in entry.sources.items()},
        "as_of": entry.as_of.isoformat(),
        "stale": model.stale,
        "notes": entry.notes or None,
    }


def _plain(size: Billions | None) -> float | list[float] | None:
    return list(size) if isinstance(size, tuple) else size


def _source_as_dict(source: Source) -> dict[str, Any]:
    return {"title": source.title, "url": source.url, "year": source.year, "licence": source.licence}


def _price_as_dict(price: Price) -> dict[str, Any]:
    return {
        "input_usd_per_mtok": price.input_usd_per_mtok,
        "output_usd_per_mtok": price.output_usd_per_mtok,
        "cached_usd_per_mtok": price.cached_usd_per_mtok,
        "host": price.host,
        "as_of": price.as_of.isoformat(),
        "source": _source_as_dict(price.source),
    }
