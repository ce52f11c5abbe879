"""Names in a policy file, looked up in the file and in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sobrio.errors import UnknownModel
from sobrio.policy import document as written
from sobrio.policy.backing import backing
from sobrio.policy.policy import Named
from sobrio.policy.source import Source
from sobrio.policy.text import Trail
from sobrio.terms.model import Deployment, Hardware, Model

if TYPE_CHECKING:
    from sobrio.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Names:
    """Look-ups that raise `PolicyError` at the line where the name stands."""

    doc: written.Document
    source: Source
    catalog: Catalog
    deployments: Mapping[str, Deployment]

    @classmethod
    def of(cls, doc: written.Document, source: Source, catalog: Catalog, environ: Mapping[str, str]) -> Names:
        names = cls(doc, source, catalog, {})
        names._check_zones()
        found: dict[str, Deployment] = {}
        for index, entry in enumerate(doc.models):
            deployment = names._build(entry, ("models", index), environ)
            names._require_new(deployment.name, found, ("models", index))
            found[deployment.name] = deployment
        return cls(doc, source, catalog, found)

    def model(self, name: str, where: Trail) -> Model:
        try:
            return self.catalog.model(name)
        except UnknownModel as error:
            raise self.source.error(where, error.message) from None

    def zone(self, name: str | None, where: Trail) -> str | None:
        if name is None:
            return None
        zone = self.catalog.zone(name)
        if zone is None:
            raise self.source.unknown(where, "zone", name, [each.code for each in self.catalog.zones()])
        return zone.code

    def zones(self, names: Iterable[str] | None, where: Trail) -> frozenset[str] | None:
        if names is None:
            return None
        return frozenset(code for name in names if (code := self.zone(name, where)))

    def deployment(self, name: str, where: Trail) -> str:
        if name not in self.deployments:
            raise self.source.unknown(where, "deployment", name, self.deployments)
        return name

    def candidates(self, names: Iterable[str] | None, where: Trail) -> tuple[str, ...] | None:
        """In the order of the `models` section, once each."""
        if names is None:
            return None
        listed = self.each(names, where)
        return tuple(name for name in self.deployments if name in listed)

    def each(self, names: Iterable[str], where: Trail) -> tuple[str, ...]:
        return tuple(self.deployment(name, where) for name in names)

    def alias(self, name: str, where: Trail) -> str:
        if name not in self.doc.aliases:
            raise self.source.unknown(where, "alias", name, self.doc.aliases)
        return name

    def references(self, referred: Iterable[tuple[str, Trail]]) -> Mapping[str, Model]:
        models = (self.model(name, where) for name, where in referred)
        return {model.name: model for model in models}

    def offered(self, references: Mapping[str, Iterable[str]]) -> Mapping[str, Named]:
        """Concrete names a caller may use: deployments, their models and those models' exact aliases."""
        named: dict[str, Named] = {}
        for models in references.values():
            for name in models:
                named[name] = Named(self.catalog.model(name))
        for model in {each.model.name: each.model for each in self.deployments.values()}.values():
            of_model = tuple(each.name for each in self.deployments.values() if each.model.name == model.name)
            named |= {name: Named(model, of_model) for name in _all_names(self.catalog, model)}
        own = {each.name: Named(each.model, (each.name,)) for each in self.deployments.values()}
        return named | {name: each for name, each in own.items() if name != each.model.name}

    def _build(self, entry: written.Model, here: Trail, environ: Mapping[str, str]) -> Deployment:
        upstream = self.doc.upstreams.get(entry.upstream)
        if upstream is None:
            raise self.source.unknown((*here, "upstream"), "upstream", entry.upstream, self.doc.upstreams)
        model = self.model(entry.model, (*here, "model"))
        found, unbacked = backing(entry, upstream, environ)
        return Deployment(
            name=entry.name or model.name,
            model=model,
            backing=found,
            unbacked=unbacked,
            provider=upstream.provider or "",
            zone=self._zone_of(entry, upstream, here),
            hardware=Hardware(**entry.hardware.model_dump()) if entry.hardware else None,
            inventory=upstream.inventory or "scope 3 category 1",
        )

    def _check_zones(self) -> None:
        """Also those that no deployment comes to use."""
        self.zone(self.doc.defaults.zone, ("defaults", "zone"))
        for name, upstream in self.doc.upstreams.items():
            self.zone(upstream.zone, ("upstreams", name, "zone"))

    def _zone_of(self, entry: written.Model, upstream: written.Upstream, here: Trail) -> str | None:
        return (
            self.zone(entry.zone, (*here, "zone"))
            or self.zone(upstream.zone, ("upstreams", entry.upstream, "zone"))
            or self.zone(self.doc.defaults.zone, ("defaults", "zone"))
        )

    def _require_new(self, name: str, found: Mapping[str, Deployment], where: Trail) -> None:
        if name in found:
            raise self.source.error(where, f"deployment '{name}' is declared twice; give one a 'name'")
        if name in self.doc.aliases:
            raise self.source.error(("aliases", name), f"alias '{name}' is also the name of a deployment")


def _all_names(catalog: Catalog, model: Model) -> tuple[str, ...]:
    return (model.name, *catalog.entry(model.name).aliases)
