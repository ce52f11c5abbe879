"""The catalogue: look-up by exact name, never by likeness."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sobrio.catalog import additions, records
from sobrio.catalog.entry import Entry, Price, entry_as_dict
from sobrio.catalog.factor import Source
from sobrio.catalog.faults import check
from sobrio.catalog.zone import Provider, Zone
from sobrio.errors import CatalogError, UnknownModel
from sobrio.terms.model import Model

WORLD = "world"

Fact = TypeVar("Fact")


class Catalog:
    """Models, electricity zones and providers.

    A name finds an entry only when it is the entry's name or one of its aliases, letter for letter:
    a model taken for another would book another model's impact.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Raises `CatalogError` when two models claim one name."""
        self._entries = tuple(entries)
        self._by_name = _index(self._entries)

    @classmethod
    def default(cls, today: date | None = None) -> Catalog:
        """The shipped facts and the user's additions; read again when the additions change."""
        path = additions.default_path(os.environ)
        return _default(path, additions.stamp(path), today or date.today())

    def model(self, name: str) -> Model:
        """Raises `UnknownModel` with the nearest names."""
        return self.entry(name).model

    def entry(self, name: str) -> Entry:
        """Raises `UnknownModel` with the nearest names."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownModel(f"unknown model {name!r}{self._did_you_mean(name)}") from None

    def find(self, name: str) -> Model | None:
        entry = self._by_name.get(name)
        return None if entry is None else entry.model

    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    def price(self, model_name: str) -> Price | None:
        """`None` for a model without a published price, or not in the catalogue."""
        entry = self._by_name.get(model_name)
        return None if entry is None else entry.price

    def listing(self) -> list[dict[str, Any]]:
        return [entry_as_dict(entry) for entry in self._entries]

    def zone(self, code: str) -> Zone | None:
        """By ISO code or exact alias, such as `FRA`, `FR`, `eu-west-3`, in capitals or not."""
        return self._zones_by_name.get(code.casefold())

    def world(self) -> Zone:
        return self._zones_by_name[WORLD]

    def zones(self) -> tuple[Zone, ...]:
        return self._zones

    def provider(self, name: str) -> Provider | None:
        """By name or exact alias, such as `aws`, `bedrock`."""
        return self._providers_by_name.get(name)

    def providers(self) -> tuple[Provider, ...]:
        return self._providers

    def _did_you_mean(self, name: str) -> str:
        near = get_close_matches(name, self._by_name, n=3, cutoff=0.6)
        advice = "see `sobrio models list`, or add it with `sobrio models add`"
        return f"; did you mean {' or '.join(near)}?" if near else f"; {advice}"

    @cached_property
    def _zones(self) -> tuple[Zone, ...]:
        file = records.shipped("zones.json", records.ZonesFile)
        return tuple(records.zone(each, file.sources) for each in file.zones)

    @cached_property
    def _zones_by_name(self) -> Mapping[str, Zone]:
        names = ((zone, {name.casefold() for name in (zone.code, *zone.aliases)}) for zone in self._zones)
        return dict(_unique((name, zone) for zone, of_zone in names for name in of_zone))

    @cached_property
    def _providers(self) -> tuple[Provider, ...]:
        file = records.shipped("providers.json", records.ProvidersFile)
        return tuple(records.provider(each, file.sources) for each in file.providers)

    @cached_property
    def _providers_by_name(self) -> Mapping[str, Provider]:
        return dict(_unique((name, each) for each in self._providers for name in (each.name, *each.aliases)))


def add(
    model: Model,
    path: Path,
    *,
    aliases: Iterable[str] = (),
    source: str = "declared by the user",
    licence: str = "",
    today: date | None = None,
) -> None:
    """Writes the model to the additions file at `path`; usable at once, in place of one of its name.

    Raises `CatalogError`, and writes nothing, when a fact cannot be true, a name belongs to another
    model, or the file cannot be read or written.
    """
    today = today or date.today()
    check(model, today)
    entry = Entry(model, tuple(aliases), {}, licence, today)
    declared = Source(source, "", today.year, "user's own")
    file = additions.with_model(additions.load(path, today), entry, declared)
    Catalog(_joined(additions.entries(file, today), today))
    additions.write(path, file)


@lru_cache(maxsize=2)
def _default(path: Path, _stamp: tuple[int, int] | None, today: date) -> Catalog:
    return Catalog(_joined(additions.entries(additions.load(path, today), today), today))


def _joined(own: Iterable[Entry], today: date) -> Iterator[Entry]:
    """A model of the user's takes the place of the shipped one of its name, and keeps its aliases."""
    file = records.shipped("models.json", records.ModelsFile)
    shipped = {each.name: each for each in file.models}
    for entry in own:
        replaced = shipped.pop(entry.model.name, None)
        kept = replaced.aliases if replaced else ()
        yield replace(entry, aliases=tuple(dict.fromkeys((*entry.aliases, *kept))))
    for each in shipped.values():
        yield records.entry(each, file.sources, file.as_of, today)


def _index(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    return dict(_unique((name, entry) for entry in entries for name in (entry.model.name, *entry.aliases)))


def _unique(pairs: Iterable[tuple[str, Fact]]) -> Iterator[tuple[str, Fact]]:
    seen: dict[str, Fact] = {}
    for name, fact in pairs:
        if seen.setdefault(name, fact) is not fact:
            raise CatalogError(f"the name {name!r} belongs to two entries; rename one of them")
        yield name, fact
