"""Sums over receipts. Activity is added up, never impacts, so each total is computed once per scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec.structs import replace

from sobrio.terms.activity import Activity

ActivityKey: TypeAlias = tuple[object, ...]


def key_of(activity: Activity) -> ActivityKey:
    """Activities with the same key may be added up: same model, place, hour, machine, role and pair."""
    model = activity.model
    return (
        model.name,
        model.total_params_b,
        model.active_params_b,
        model.architecture,
        model.weight_bits,
        activity.zone,
        activity.provider,
        activity.hardware,
        activity.role,
        activity.deployment,
        activity.cpu_seconds is None,
        activity.beside and activity.beside.name,
        activity.at,
        activity.metered,
        activity.pixels,
        activity.steps,
    )


@dataclass(slots=True)
class _Sum:
    """A running sum; `of` says what the summed activities have in common."""

    of: Activity
    requests: float = 0.0
    input_tokens: float = 0.0
    output_tokens: float = 0.0
    cached_tokens: float = 0.0
    cpu_seconds: float = 0.0

    def add(self, activity: Activity) -> None:
        self.requests += activity.requests
        self.input_tokens += activity.input_tokens
        self.output_tokens += activity.output_tokens
        self.cached_tokens += activity.cached_tokens
        self.cpu_seconds += activity.cpu_seconds or 0.0

    def activity(self) -> Activity:
        return replace(
            self.of,
            requests=self.requests,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cached_tokens=self.cached_tokens,
            cpu_seconds=None if self.of.cpu_seconds is None else self.cpu_seconds,
        )


@dataclass(slots=True)
class Sums:
    """Activities by key."""

    by_key: dict[ActivityKey, _Sum] = field(default_factory=dict)

    def add(self, activity: Activity) -> None:
        key = key_of(activity)
        known = self.by_key.get(key)
        if known is None:
            known = self.by_key[key] = _Sum(activity)
        known.add(activity)

    def __iter__(self) -> Iterator[Activity]:
        return (each.activity() for each in self.by_key.values())


@dataclass(slots=True)
class Tally:
    """What some requests add up to."""

    requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    realised: Sums = field(default_factory=Sums)
    references: Sums = field(default_factory=Sums)
    router_cpu_seconds: float = 0.0
    uncovered: int = 0
    """Calls whose impact is unknown; their activity is in no sum."""

    def merge(self, other: Tally) -> None:
        self.requests += other.requests
        self.outcomes.update(other.outcomes)
        self.router_cpu_seconds += other.router_cpu_seconds
        self.uncovered += other.uncovered
        for activity in other.realised:
            self.realised.add(activity)
        for activity in other.references:
            self.references.add(activity)


def merged(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for each in tallies:
        whole.merge(each)
    return whole
