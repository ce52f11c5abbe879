"""Activities added up: everything is linear in tokens, so a period is as cheap as its deployments are few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Equivalence


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


def summed(activities: Iterable[Activity]) -> list[Activity]:
    """One activity per deployment and, for references, model it stands beside."""
    groups: dict[tuple[object, ...], list[Activity]] = defaultdict(list)
    for each in activities:
        beside = each.beside and each.beside.name
        key = (each.model.name, each.zone, each.provider, each.hardware, each.cpu_seconds is None, beside)
        groups[key].append(each)
    return [group[0] if len(group) == 1 else _sum_of(group) for group in groups.values()]


def _sum_of(group: Sequence[Activity]) -> Activity:
    first = group[0]
    return replace(
        first,
        input_tokens=sum(each.input_tokens for each in group),
        output_tokens=sum(each.output_tokens for each in group),
        cached_tokens=sum(each.cached_tokens for each in group),
        requests=sum(each.requests for each in group),
        cpu_seconds=None if first.cpu_seconds is None else sum(each.cpu_seconds or 0 for each in group),
    )
