"""Activities added up: everything is linear in tokens, so a period is as cheap as its deployments are few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Final

from msgspec.structs import replace

from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Equivalence
from sobrio.terms.model import Model

facts: Final[Callable[[Model], tuple[object, ...]]] = attrgetter(
    "name", "family", "kind", "architecture", "total_params_b", "active_params_b",
    "weight_bits", "reasoning", "evidence", "stale",
)  # fmt: skip
"""What of a model its impact depends on."""


def by_equivalence(
    activities: Iterable[Activity | tuple[Activity, Equivalence]],
) -> tuple[list[Activity], dict[Equivalence, list[Activity]]]:
    """Activities given alone, and those given with an equivalence by it."""
    alone: list[Activity] = []
    labelled: dict[Equivalence, list[Activity]] = defaultdict(list)
    for each in activities:
        if isinstance(each, Activity):
            alone.append(each)
        else:
            labelled[each[1]].append(each[0])
    return alone, labelled


def grouped(activities: Iterable[Activity]) -> list[list[Activity]]:
    """By deployment and, for references, model they stand beside: each group may be added up."""
    every = list(activities)
    if len(every) < 2:
        return [every] if every else []
    same: dict[tuple[object, ...], list[Activity]] = defaultdict(list)
    for each in every:  # by the very objects first: reading a model's facts for every call takes longer
        same[(id(each.model), id(each.beside), *_served(each))].append(each)
    groups: dict[tuple[object, ...], list[Activity]] = defaultdict(list)
    for members in same.values():
        model, beside = members[0].model, members[0].beside
        groups[(facts(model), beside and facts(beside), *_served(members[0]))] += members
    return list(groups.values())


def _served(activity: Activity) -> tuple[object, ...]:
    """Where and how a call was served, and how it was counted."""
    return (
        activity.zone, activity.provider, activity.hardware, activity.cpu_seconds is None, activity.metered,
        activity.pixels, activity.steps,
    )  # fmt: skip


def sum_of(group: Sequence[Activity]) -> Activity:
    first = group[0]
    if len(group) == 1:
        return first
    return replace(
        first,
        input_tokens=sum(each.input_tokens for each in group),
        output_tokens=sum(each.output_tokens for each in group),
        cached_tokens=sum(each.cached_tokens for each in group),
        requests=sum(each.requests for each in group),
        cpu_seconds=None if first.cpu_seconds is None else sum(each.cpu_seconds or 0 for each in group),
    )


def times(activity: Activity, factor: float) -> Activity:
    """`factor` as many tokens, requests and processor seconds."""
    seconds = activity.cpu_seconds
    return replace(
        activity,
        input_tokens=activity.input_tokens * factor,
        output_tokens=activity.output_tokens * factor,
        cached_tokens=activity.cached_tokens * factor,
        requests=activity.requests * factor,
        cpu_seconds=None if seconds is None else seconds * factor,
    )
