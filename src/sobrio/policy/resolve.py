"""From a checked document to a policy: every name in it becomes the thing it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from sobrio.policy import document as written
from sobrio.policy.named import Names
from sobrio.policy.plan import ContextDiet, Objective, Passages
from sobrio.policy.policy import Alias, Baseline, CachePolicy, Callers, Defaults, Policy, SemanticPolicy
from sobrio.policy.rule import Rule, Use, When
from sobrio.policy.source import Source
from sobrio.policy.text import Trail
from sobrio.terms.limit import Limit
from sobrio.terms.promise import Promise

if TYPE_CHECKING:
    from sobrio.catalog import Catalog

_OBJECTIVE: Final[Mapping[str, Objective]] = {"energy": "energy_wh", "ghg": "ghg_g"}


def resolve(doc: written.Document, source: Source, catalog: Catalog, environ: Mapping[str, str]) -> Policy:
    """Raises `PolicyError` for a name that neither the file nor the catalogue knows."""
    names = Names.of(doc, source, catalog, environ)
    return Policy(
        name=doc.name or source.path.stem,
        version=source.version,
        source=str(source.path),
        deployments=names.deployments,
        fallbacks=names.each(doc.defaults.fallback, ("defaults", "fallback")),
        unbacked=doc.defaults.unbacked,
        defaults=_defaults(doc.defaults, names),
        baseline=_baseline(doc.defaults.baseline, names),
        references=names.references(_referred(doc)),
        names=names.offered(doc.callers.references),
        aliases={key: _alias(key, each, names) for key, each in doc.aliases.items()},
        rules=tuple(_rule(index, each, names) for index, each in enumerate(doc.rules)),
        cache=_cache(doc.caches),
        callers=_callers(doc.callers, names),
        limits=_limits(doc.limits, source),
    )


def _defaults(given: written.Defaults, names: Names) -> Defaults:
    return Defaults(
        given.quality_floor,
        given.confidence,
        _OBJECTIVE[given.objective],
        keep_prompts=given.keep_prompts,
        max_latency_ms=given.max_latency_ms,
        passages=_passages(given.passages),
        context_diet=_diet(given.context_diet),
        cache=given.cache,
        promises=_promises(given.promises, ("defaults", "promises"), names),
    )


def _promises(given: Iterable[written.Promise], here: Trail, names: Names) -> tuple[Promise, ...]:
    return tuple(
        Promise(
            names.model(each.model, (*here, index, "model")).name,
            names.model(each.reference, (*here, index, "reference")).name,
            each.max_gain,
            each.predictor,
        )
        for index, each in enumerate(given)
    )


def _passages(given: written.Passages) -> Passages:
    scopes = None if given.scopes is None else tuple(given.scopes)
    return Passages(given.enabled, given.always, given.max_tokens, scopes)


def _diet(given: written.ContextDiet) -> ContextDiet:
    return ContextDiet(given.repeated_passages, given.keep_turns)


def _baseline(given: written.Baseline | None, names: Names) -> Baseline | None:
    if given is None:
        return None
    model = names.model(given.model, ("defaults", "baseline", "model"))
    return Baseline(model, given.since.isoformat(), given.reason)


def _referred(doc: written.Document) -> Iterable[tuple[str, Trail]]:
    """Every model named as a reference, and where."""
    if doc.defaults.baseline:
        yield doc.defaults.baseline.model, ("defaults", "baseline", "model")
    for key, alias in doc.aliases.items():
        if alias.baseline:
            yield alias.baseline, ("aliases", key, "baseline")
    for index, rule in enumerate(doc.rules):
        if rule.use.baseline:
            yield rule.use.baseline, ("rules", index, "use", "baseline")
    for team, models in doc.callers.references.items():
        yield from ((model, ("callers", "references", team)) for model in models)


def _alias(key: str, given: written.Alias, names: Names) -> Alias:
    here: Trail = ("aliases", key)
    return Alias(
        given.why,
        Use(
            candidates=names.candidates(given.candidates, (*here, "candidates")),
            quality_floor=given.quality_floor,
            baseline=given.baseline and names.model(given.baseline, (*here, "baseline")).name,
        ),
    )


def _rule(index: int, given: written.Rule, names: Names) -> Rule:
    return Rule(
        given.name,
        given.why,
        _when(given.when, index, names),
        _use(given.use, ("rules", index, "use"), names),
    )


def _when(given: written.When, index: int, names: Names) -> When:
    for alias in given.alias or ():
        names.alias(alias, ("rules", index, "when", "alias"))
    return When(
        task=_set(given.task),
        difficulty_at_most=given.difficulty_at_most,
        difficulty_at_least=given.difficulty_at_least,
        language=_set(given.language),
        team=_set(given.team),
        requested_model=_set(given.requested_model),
        alias=_set(given.alias),
        needs=_set(given.needs),
    )


def _use(given: written.Use, here: Trail, names: Names) -> Use:
    return Use(
        candidates=names.candidates(given.candidates, (*here, "candidates")),
        pin=given.pin and names.deployment(given.pin, (*here, "pin")),
        quality_floor=given.quality_floor,
        confidence=given.confidence,
        objective=given.objective and _OBJECTIVE[given.objective],
        baseline=given.baseline and names.model(given.baseline, (*here, "baseline")).name,
        zones=names.zones(given.zones, (*here, "zones")),
        max_latency_ms=given.max_latency_ms,
        fallbacks=None if given.fallbacks is None else names.each(given.fallbacks, (*here, "fallbacks")),
        passages=None if given.passages is None else _passages(given.passages),
        context_diet=None if given.context_diet is None else _diet(given.context_diet),
        cache=given.cache,
        promises=None if given.promises is None else _promises(given.promises, (*here, "promises"), names),
    )


def _set(values: Iterable[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _cache(given: written.Caches) -> CachePolicy:
    exact, semantic = given.exact, given.semantic
    return CachePolicy(
        exact=exact.enabled,
        ttl_s=exact.ttl,
        max_temperature=exact.max_temperature,
        max_entries=exact.max_entries,
        max_bytes=int(exact.max_megabytes * 1e6),
        semantic=SemanticPolicy(semantic.max_false_hit_rate, semantic.shadow_rate)
        if semantic.enabled
        else None,
        encoder=given.encoder,
        url=given.url,
    )


def _limits(given: Iterable[written.Limit], source: Source) -> tuple[Limit, ...]:
    """Accounts are kept by a limit's name, so no two may share one."""
    limits: dict[str, Limit] = {}
    for index, each in enumerate(given):
        if each.name in limits:
            raise source.error(("limits", index, "name"), f"two limits are named {each.name!r}; rename one")
        measure, amount = each.measured()
        limits[each.name] = Limit(each.name, measure, amount, each.per, each.each, _set(each.teams))
    return tuple(limits.values())


def _callers(given: written.Callers, names: Names) -> Callers:
    return Callers(
        concrete_name=given.concrete_name,
        may_pin=given.may_pin,
        may_lower_floor=given.may_lower_floor,
        references={
            team: frozenset(names.model(each, ("callers", "references", team)).name for each in models)
            for team, models in given.references.items()
        },
        unknown_responses=given.unknown_responses,
        private_addresses=given.private_addresses,
    )
