"""Sums over receipts. Activity is added up, never impacts, so each total is computed once per scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from sobrio.terms.activity import Activity

ActivityKey: TypeAlias = tuple[object, ...]


def key_of(activity: Activity) -> ActivityKey:
    """Activities with the same key may be added up: same model, place, machine and role."""
    model = activity.model
    return (
        model.name,
        model.total_params_b,
        model.active_params_b,
        activity.zone,
        activity.provider,
        activity.hardware,
        activity.role,
        activity.deployment,
        activity.cpu_seconds is None,
    )


def _plus(left: Activity, right: Activity) -> Activity:
    return replace(
        left,
        input_tokens=left.input_tokens + right.input_tokens,
        output_tokens=left.output_tokens + right.output_tokens,
        cached_tokens=left.cached_tokens + right.cached_tokens,
        cpu_seconds=None if left.cpu_seconds is None else left.cpu_seconds + (right.cpu_seconds or 0.0),
        requests=left.requests + right.requests,
    )


@dataclass(slots=True)
class Sums:
    """Activities by key."""

    by_key: dict[ActivityKey, Activity] = field(default_factory=dict)

    def add(self, activity: Activity) -> None:
        key = key_of(activity)
        known = self.by_key.get(key)
        self.by_key[key] = activity if known is None else _plus(known, activity)

    def __iter__(self) -> Iterator[Activity]:
        return iter(self.by_key.values())


@dataclass(slots=True)
class Tally:
    """What some requests add up to."""

    requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    realised: Sums = field(default_factory=Sums)
    references: Sums = field(default_factory=Sums)
    router_cpu_seconds: float = 0.0

    def merge(self, other: Tally) -> None:
        self.requests += other.requests
        self.outcomes.update(other.outcomes)
        self.router_cpu_seconds += other.router_cpu_seconds
        for activity in other.realised:
            self.realised.add(activity)
        for activity in other.references:
            self.references.add(activity)


def merged(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for each in tallies:
        whole.merge(each)
    return whole
