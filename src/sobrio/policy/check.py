"""What a policy that loads may still get wrong: rules that never match, limits that leave nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from sobrio.policy import refusal
from sobrio.policy.planning import AUTO
from sobrio.policy.policy import Policy
from sobrio.policy.promised import promised
from sobrio.policy.rule import Rule, When
from sobrio.terms.accelerator import kind
from sobrio.terms.model import Deployment
from sobrio.terms.promise import Promise


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable; `message` says where and what.

    A `mistake` is never what was meant. A `note` says what a sound policy leaves open, such as a reference.
    """

    code: str
    message: str
    level: Literal["mistake", "note"] = "mistake"


def check(policy: Policy) -> list[Finding]:
    """Empty when nothing is odd. The environment plays no part: a missing key is no finding."""
    return [
        *_reference(policy),
        *(finding for each in policy.deployments.values() for finding in _hardware(each)),
        *_aliases(policy),
        *_promises(policy),
        *_names_used_twice(policy.rules),
        *_unreachable(policy.rules),
        *(finding for rule in policy.rules for finding in _rule(policy, rule)),
    ]


def _reference(policy: Policy) -> Iterator[Finding]:
    if policy.baseline is None:
        message = "defaults: no baseline is declared, so avoided impact stays unknown"
        yield Finding("no-reference", message, "note")
    for model in policy.references.values():
        if model.active_params_b is None:
            message = f"reference '{model.name}': its size is unknown, and so is what is avoided against it"
            yield Finding("reference-size-unknown", message, "note")


def _hardware(deployment: Deployment) -> Iterator[Finding]:
    """Accelerators that the energy model does not know; a declaration takes the place of every model."""
    machine = deployment.hardware
    if machine is None or machine.gpu is None or machine.joules_per_output_token is not None:
        return
    told = {
        "consumer": "is consumer hardware, charged by what it reads and computes",
        "strange": "is unknown, so an accelerator of a data centre is drawn",
    }
    what = told.get(kind(machine.gpu)) if machine.kind == "gpu" else None
    if what is not None:
        advice = "the interval is wider; measure it and declare joules_per_output_token"
        message = f"deployment '{deployment.name}': accelerator '{machine.gpu}' {what}; {advice}"
        yield Finding("unmeasured-accelerator", message, "note")


def _aliases(policy: Policy) -> Iterator[Finding]:
    for name, alias in policy.aliases.items():
        if name == AUTO or name in policy.names:
            yield Finding("shadowed-alias", f"alias '{name}': it hides the model of the same name")
        if not alias.why:
            yield Finding("no-why", f"alias '{name}': it has no 'why'")


def _promises(policy: Policy) -> Iterator[Finding]:
    deployed = {each.model.name for each in policy.deployments.values()}
    compared = deployed | {each.name for each in policy.references.values()}
    for where, promises in promised(policy).items():
        for each in promises:
            yield from _promise(where, each, deployed, compared)
        yield from _repeated_promises(where, promises)


def _promise(where: str, promise: Promise, deployed: set[str], compared: set[str]) -> Iterator[Finding]:
    """The reference need not be deployed: it is enough that the policy compares with it."""
    if promise.model == promise.reference:
        yield Finding("promise-to-itself", f"{where}: a promise names '{promise.model}' as its own reference")
    for name, known in ((promise.model, deployed), (promise.reference, compared)):
        if name not in known:
            message = f"{where}: a promise names '{name}', which has no deployment"
            yield Finding("promise-not-deployed", message)


def _repeated_promises(where: str, promises: tuple[Promise, ...]) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for one, other in combinations(promises, 2):
        together = one.predictor == other.predictor or None in (one.predictor, other.predictor)
        if one.pair == other.pair and together and one.pair not in told:
            told.add(one.pair)
            message = f"{where}: '{one.model}' in place of '{one.reference}' is promised twice"
            yield Finding("repeated-promise", message)


def _names_used_twice(rules: tuple[Rule, ...]) -> Iterator[Finding]:
    names = [rule.name for rule in rules]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Finding("repeated-name", f"rule '{name}': {names.count(name)} rules have this name")


def _unreachable(rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """A rule is unreachable when an earlier one matches whatever it matches."""
    told: set[int] = set()
    for (_, earlier), (place, later) in combinations(enumerate(rules), 2):
        if place not in told and _covers(earlier.when, later.when):
            told.add(place)
            message = f"rule '{later.name}': never reached, since rule '{earlier.name}' matches first"
            yield Finding("unreachable-rule", message)


def _covers(wide: When, narrow: When) -> bool:
    sets = ("task", "language", "team", "requested_model", "alias")
    return (
        all(_within(getattr(narrow, name), getattr(wide, name)) for name in sets)
        and (wide.needs or frozenset()) <= (narrow.needs or frozenset())
        and _least(narrow) >= _least(wide)
        and _most(narrow) <= _most(wide)
    )


def _within(narrow: frozenset[str] | None, wide: frozenset[str] | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


def _least(when: When) -> float:
    return 0.0 if when.difficulty_at_least is None else when.difficulty_at_least


def _most(when: When) -> float:
    return 1.0 if when.difficulty_at_most is None else when.difficulty_at_most


def _rule(policy: Policy, rule: Rule) -> Iterator[Finding]:
    if not rule.why:
        yield Finding("no-why", f"rule '{rule.name}': it has no 'why'")
    if _least(rule.when) > _most(rule.when):
        message = f"rule '{rule.name}': never matches, difficulty_at_least is above difficulty_at_most"
        yield Finding("never-matches", message)
    for name in sorted((rule.when.requested_model or frozenset()) - {*policy.offered(), *policy.names}):
        message = f"rule '{rule.name}': requested_model '{name}' is not a name this policy offers"
        yield Finding("never-matches", message)
    yield from _what_is_left(policy, rule)
    yield from _lost_fallbacks(policy, rule)


def _what_is_left(policy: Policy, rule: Rule) -> Iterator[Finding]:
    listed = _candidates(policy, rule)
    for alias in (None, *sorted(rule.when.alias or ())):
        within = policy.aliases[alias].use.candidates if alias else None
        left = [each for each in listed if within is None or each.name in within]
        if not any(_may(each, rule) for each in left):
            who = f" for alias '{alias}'" if alias else ""
            yield Finding("nothing-left", f"rule '{rule.name}': no deployment is allowed{who}")


def _candidates(policy: Policy, rule: Rule) -> list[Deployment]:
    names: Iterable[str] = policy.deployments if rule.use.candidates is None else rule.use.candidates
    return [policy.deployments[name] for name in ((rule.use.pin,) if rule.use.pin else names)]


def _may(deployment: Deployment, rule: Rule) -> bool:
    """Rules are about answers, which models of other kinds do not give."""
    model, needed = deployment.model, rule.when.needs or frozenset()
    return not (
        refusal.by_zone(deployment, rule.use.zones)
        or refusal.by_kind(model, "chat")
        or refusal.by_ability(model, needed)
    )


def _lost_fallbacks(policy: Policy, rule: Rule) -> Iterator[Finding]:
    listed = policy.fallbacks if rule.use.fallbacks is None else rule.use.fallbacks
    reasons = {name: _lost(policy.deployments[name], rule) for name in listed}
    if reasons and all(reasons.values()):
        for name, reason in reasons.items():
            message = f"rule '{rule.name}': fallback '{name}' will not be used, it {reason}"
            yield Finding("lost-fallback", message)


def _lost(fallback: Deployment, rule: Rule) -> str | None:
    return refusal.by_zone(fallback, rule.use.zones) or refusal.by_kind(fallback.model, "chat")
