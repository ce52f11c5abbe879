"""Rules: when they match, and what they then ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from sobrio.policy.plan import ContextDiet, Objective, Passages, Recall
from sobrio.terms.assessment import Assessment
from sobrio.terms.promise import Promise


@dataclass(frozen=True, slots=True)
class When:
    """Conditions; `None` asks nothing, and all that ask must hold."""

    task: frozenset[str] | None = None
    difficulty_at_most: float | None = None
    difficulty_at_least: float | None = None
    language: frozenset[str] | None = None
    team: frozenset[str] | None = None
    requested_model: frozenset[str] | None = None
    alias: frozenset[str] | None = None
    needs: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """What a rule or an alias asks for; `None` leaves it to what stands behind it."""

    candidates: tuple[str, ...] | None = None
    pin: str | None = None
    quality_floor: float | None = None
    confidence: float | None = None
    objective: Objective | None = None
    baseline: str | None = None
    zones: frozenset[str] | None = None
    max_latency_ms: float | None = None
    fallbacks: tuple[str, ...] | None = None
    passages: Passages | None = None
    context_diet: ContextDiet | None = None
    cache: Recall | None = None
    promises: tuple[Promise, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    why: str
    when: When = When()
    use: Use = Use()


class Asked(msgspec.Struct, frozen=True):
    """What conditions look at. Without an assessment some of them cannot be decided."""

    model: str
    alias: str | None
    team: str | None
    assessment: Assessment | None


class Match(msgspec.Struct, frozen=True):
    """The first rule that holds, and the rules before it that only an assessment could decide."""

    rule: Rule
    undecided: tuple[Rule, ...]


def first_match(rules: Iterable[Rule], asked: Asked, otherwise: Rule) -> Match:
    undecided: list[Rule] = []
    for rule in rules:
        held = holds(rule.when, asked)
        if held:
            return Match(rule, tuple(undecided))
        if held is None:
            undecided.append(rule)
    return Match(otherwise, tuple(undecided))


def holds(when: When, asked: Asked) -> bool | None:
    """`None` when it hangs on an assessment that is not there."""
    if not _known(when, asked):
        return False
    if asked.assessment is None:
        return None if asks_assessment(when) else True
    return _assessed(when, asked.assessment)


def _known(when: When, asked: Asked) -> bool:
    return (
        (when.team is None or asked.team in when.team)
        and (when.requested_model is None or asked.model in when.requested_model)
        and (when.alias is None or asked.alias in when.alias)
    )


def asks_assessment(when: When) -> bool:
    return not (
        when.task is None
        and when.difficulty_at_most is None
        and when.difficulty_at_least is None
        and when.language is None
        and when.needs is None
    )


def _assessed(when: When, assessment: Assessment) -> bool:
    return (
        (when.task is None or assessment.task in when.task)
        and (when.language is None or assessment.language in when.language)
        and (when.difficulty_at_most is None or assessment.difficulty <= when.difficulty_at_most)
        and (when.difficulty_at_least is None or assessment.difficulty >= when.difficulty_at_least)
        and (when.needs is None or when.needs <= assessment.needs.abilities)
    )
