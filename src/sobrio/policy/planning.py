"""From a policy and a request to a plan."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, get_args

from sobrio.errors import InputError, Refused, UnknownModel
from sobrio.policy import refusal
from sobrio.policy.plan import Plan, Recall
from sobrio.policy.rule import Asked, Match, Rule, Use, first_match
from sobrio.terms.assessment import Assessment
from sobrio.terms.model import Deployment, Model
from sobrio.terms.request import Needs, Request

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from sobrio.policy.policy import Named, Policy

AUTO: Final = "sobrio/auto"
_SHOWN: Final = 80
"""Characters of an unknown name that are compared and told; a caller may send megabytes."""
EVERY_TEAM: Final = "*"
_NARROWEST: Final = get_args(Recall)
_NOTHING_KNOWN: Final = Needs()
_FORWARDED: Final = Rule("forwarded", "Embeddings and images come from the model that was named.")
"""One model's vectors mean nothing to another, and a picture has no reference: rules about answers do not
apply. Their zone limits do."""
_OTHERWISE: Final = Rule("default", "No rule matched, so the policy's defaults hold.")


@dataclass(frozen=True, slots=True)
class _Case:
    """One request before one policy."""

    policy: Policy
    request: Request
    named: Named | None
    abilities: frozenset[str]
    context_tokens: int
    rule: Rule
    layers: tuple[Use, ...]
    """Where a setting is looked for, most particular first."""
    zones: frozenset[str] | None
    certain: bool
    """No assessment could make another rule match."""

    @property
    def forwarded(self) -> bool:
        return self.rule is _FORWARDED

    def setting(self, name: str) -> Any:
        """The most particular value given; `None` when the defaults decide."""
        given = (getattr(layer, name) for layer in self.layers)
        return next((value for value in given if value is not None), None)


def plan(policy: Policy, request: Request, assessment: Assessment | None) -> Plan:
    match = _match(policy, request, assessment)
    needs = _NOTHING_KNOWN if assessment is None else assessment.needs
    shape = _shape(policy, request, match, needs)
    return policy.plans.of(shape, lambda: _planned(_case(policy, request, match, needs)))


def _shape(policy: Policy, request: Request, match: Match, needs: Needs) -> Hashable:
    """All that a plan hangs on. Rules stand for themselves: they live as long as their policy."""
    options = request.options
    return (
        request.model,
        request.shape,
        _team(request),
        id(match.rule),
        tuple(map(id, match.undecided)),
        needs.tools,
        needs.vision,
        needs.json,
        needs.audio,
        needs.documents,
        needs.video,
        _pressing(policy, needs.context_tokens),
        options.pin,
        options.quality_floor,
        options.max_latency_ms,
    )


def _pressing(policy: Policy, tokens: int) -> int:
    """Zero for a length that every model can read."""
    contexts = (each.model.context_tokens for each in policy.deployments.values()) if tokens else ()
    return 0 if all(each is None or tokens <= each for each in contexts) else tokens


def _planned(case: _Case) -> Plan:
    policy = case.policy
    pin = _pin(case)
    allowed, refused = _sift(case) if pin is None else _only(case, pin)
    reference = None if case.forwarded else _reference(case)
    floor = _floor(case)
    confidence, objective = case.setting("confidence"), case.setting("objective")
    promises = case.setting("promises")
    return Plan(
        rule=case.rule.name,
        why=case.rule.why,
        deployments=allowed,
        refused=refused,
        quality_floor=floor,
        confidence=policy.defaults.confidence if confidence is None else confidence,
        objective=objective or policy.defaults.objective,
        reference=reference,
        reference_deployment=_deployment_of(policy, reference),
        pinned=pin if allowed and case.certain else None,
        fallbacks=() if case.forwarded else _fallbacks(case),
        max_latency_ms=_max_latency_ms(case),
        keep_prompts=policy.defaults.keep_prompts,
        passages=case.setting("passages") or policy.defaults.passages,
        context_diet=case.setting("context_diet") or policy.defaults.context_diet,
        too_long=not allowed and pin is None and _too_long(case),
        promises=policy.defaults.promises if promises is None else promises,
    )


def _too_long(case: _Case) -> bool:
    shorter = replace(case, context_tokens=0)
    return any(_limit(shorter, each) is None for each in _candidates(case))


def zone_allowed(policy: Policy, deployment: Deployment, request: Request) -> bool:
    return refusal.by_zone(deployment, _zones(_match(policy, request, None))) is None


def recall(policy: Policy, request: Request) -> Recall:
    """What the first rule that is sure to match says; less, where an earlier one may turn out to match."""
    match = _match(policy, request, None)
    said = match.rule.use.cache or policy.defaults.cache
    return min(said, policy.defaults.cache, key=_NARROWEST.index) if match.undecided else said


def _case(policy: Policy, request: Request, match: Match, needs: Needs) -> _Case:
    alias = policy.aliases.get(request.model)
    rule = _FORWARDED if request.shape in refusal.KINDS else match.rule
    return _Case(
        policy=policy,
        request=request,
        named=_suitable(policy, request),
        abilities=needs.abilities,
        context_tokens=needs.context_tokens,
        rule=rule,
        layers=(rule.use,) if alias is None else (rule.use, alias.use),
        zones=_zones(match),
        certain=not match.undecided,
    )


def _match(policy: Policy, request: Request, assessment: Assessment | None) -> Match:
    alias = request.model if request.model in policy.aliases else None
    return first_match(policy.rules, Asked(request.model, alias, _team(request), assessment), _OTHERWISE)


def _team(request: Request) -> str | None:
    """The team of the caller's key; the request may only fill it in."""
    return request.caller.team or request.options.team


def _zones(match: Match) -> frozenset[str] | None:
    """Limits of every rule that may be the one: not knowing must not open a border."""
    limits = [rule.use.zones for rule in (match.rule, *match.undecided) if rule.use.zones is not None]
    return frozenset.intersection(*limits) if limits else None


def _suitable(policy: Policy, request: Request) -> Named | None:
    """What the request names. Raises `InputError` for a model that answers other requests than this one."""
    named = _named(policy, request.model)
    reason = refusal.by_kind(named.model, request.shape) if named else None
    if reason:
        raise InputError(f"'{request.model}' {reason}; GET /v1/models lists the names offered here")
    return named


def _named(policy: Policy, name: str) -> Named | None:
    if name == AUTO or name in policy.aliases:
        return None
    if name in policy.names:
        return policy.names[name]
    shown = name[:_SHOWN]
    close = difflib.get_close_matches(shown, (*policy.offered(), *policy.names), n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    raise UnknownModel(f"unknown model '{shown}'; {hint}GET /v1/models lists the names offered here")


def _pin(case: _Case) -> str | None:
    """The one deployment to use, or the name of a model that has none here."""
    policy, named = case.policy, case.named
    if case.rule.use.pin is not None:
        return case.rule.use.pin
    if case.request.options.pin and not policy.callers.may_pin:
        raise Refused("the policy does not let callers pin a model; leave out 'pin'")
    exactly = case.request.options.pin or case.forwarded or policy.callers.concrete_name == "pin"
    if named is None or not exactly:
        return None
    backed = (each for each in named.deployments if policy.deployments[each].backing)
    return next(backed, named.deployments[0] if named.deployments else named.model.name)


_Sifted = tuple[tuple[Deployment, ...], tuple[tuple[str, str], ...]]


def _only(case: _Case, pin: str) -> _Sifted:
    """A pin overrides wishes, but neither zones nor what can be called for such a request at all."""
    deployment = case.policy.deployments.get(pin)
    if deployment is None:
        return (), ((pin, "has no deployment in this policy"),)
    shape = case.request.shape
    reason = (
        refusal.by_zone(deployment, case.zones)
        or refusal.by_kind(deployment.model, shape)
        or refusal.by_shape(deployment, shape)
        or _unbacked(case.policy, deployment)
    )
    return ((), ((pin, reason),)) if reason else ((deployment,), ())


def _sift(case: _Case) -> _Sifted:
    allowed: list[Deployment] = []
    larger: list[tuple[Deployment, str]] = []
    refused: list[tuple[str, str]] = []
    for deployment in _candidates(case):
        if reason := _limit(case, deployment):
            refused.append((deployment.name, reason))
        elif case.named and (reason := refusal.by_size(deployment.model, case.named.model)):
            larger.append((deployment, reason))
        else:
            allowed.append(deployment)
    if not allowed:  # the rule offers nothing as small as the model named: what it offers stays
        return tuple(each for each, _ in larger), tuple(refused)
    return tuple(allowed), (*refused, *((each.name, reason) for each, reason in larger))


def _candidates(case: _Case) -> Iterator[Deployment]:
    listed = case.setting("candidates")
    everything = case.policy.deployments
    return (everything[name] for name in (everything if listed is None else listed))


def _limit(case: _Case, deployment: Deployment) -> str | None:
    return (
        _outside_alias(case, deployment)
        or refusal.by_kind(deployment.model, case.request.shape)
        or refusal.by_shape(deployment, case.request.shape)
        or refusal.by_ability(deployment.model, case.abilities)
        or refusal.by_context(deployment.model, case.context_tokens)
        or refusal.by_zone(deployment, case.zones)
        or _unbacked(case.policy, deployment)
    )


def _outside_alias(case: _Case, deployment: Deployment) -> str | None:
    """What is used is a candidate of both, the rule and the alias."""
    alias = case.policy.aliases.get(case.request.model)
    if alias is None or alias.use.candidates is None or deployment.name in alias.use.candidates:
        return None
    return f"is not a candidate of alias '{case.request.model}'"


def _unbacked(policy: Policy, deployment: Deployment) -> str | None:
    return deployment.unbacked if deployment.backing is None and policy.unbacked == "skip" else None


def _reference(case: _Case) -> Model | None:
    policy = case.policy
    if case.named and _may_refer(policy, _team(case.request), case.named.model):
        return case.named.model
    baseline = case.setting("baseline")
    if baseline is not None:
        return policy.references[baseline]
    return policy.baseline.model if policy.baseline else None


def _may_refer(policy: Policy, team: str | None, model: Model) -> bool:
    listed = policy.callers.references
    return any(model.name in listed.get(key, ()) for key in (team, EVERY_TEAM) if key)


def _deployment_of(policy: Policy, model: Model | None) -> Deployment | None:
    """A deployment of `model`, one that can be called if there is one."""
    if model is None:
        return None
    found = [each for each in policy.deployments.values() if each.model.name == model.name]
    return next((each for each in found if each.backing), found[0] if found else None)


def _floor(case: _Case) -> float:
    given: float | None = case.setting("quality_floor")
    floor = case.policy.defaults.quality_floor if given is None else given
    wanted = case.request.options.quality_floor
    if wanted is None:
        return floor
    return wanted if case.policy.callers.may_lower_floor else max(floor, wanted)


def _fallbacks(case: _Case) -> tuple[str, ...]:
    """Within the hard limits; the rule's candidates are wishes and do not bind a fallback."""
    listed = case.setting("fallbacks")
    names: tuple[str, ...] = case.policy.fallbacks if listed is None else listed
    found = (case.policy.deployments[name] for name in names)
    return tuple(each.name for each in found if each.backing and not _hard_limit(case, each))


def _hard_limit(case: _Case, deployment: Deployment) -> str | None:
    return (
        refusal.by_zone(deployment, case.zones)
        or refusal.by_kind(deployment.model, case.request.shape)
        or refusal.by_shape(deployment, case.request.shape)
        or refusal.by_ability(deployment.model, case.abilities)
        or refusal.by_context(deployment.model, case.context_tokens)
    )


def _max_latency_ms(case: _Case) -> float | None:
    limits = (
        case.setting("max_latency_ms") or case.policy.defaults.max_latency_ms,
        case.request.options.max_latency_ms,
    )
    return min((each for each in limits if each is not None), default=None)
