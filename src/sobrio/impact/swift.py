"""The account of one request in microseconds: the same figures, from tables kept for each pair of models."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec
import numpy as np

from sobrio.impact.faults import MOST
from sobrio.impact.length import routed_model
from sobrio.impact.pricing import Pricing, measured
from sobrio.impact.profile import ROWS, Profile
from sobrio.impact.ranks import Floats, Ranked
from sobrio.impact.totals import PARTS, Levels, Total, criteria_of, ranks
from sobrio.terms.activity import Activity

_SIDE: Final = len(PARTS) + len(ROWS) - 1
"""Rows of one side: the criteria, and every part but energy, which is a criterion itself."""
_AVOIDED_GHG: Final = 2 * _SIDE + 1
"""Row of the difference in greenhouse gas, of which is asked how likely it is to be above zero."""
_MOST_PAIRS: Final = 12
"""Each takes 2 MB, and 2 MB of boxes at most."""
_PLAIN: Final = (float, int)
Counts: TypeAlias = tuple[float, float, float, float]
_NOTHING: Final[Counts] = (0.0, 0.0, 0.0, 0.0)
_NO_SCENARIOS: Final = np.empty((len(ROWS), 0))


class Account(msgspec.Struct, frozen=True):
    """One request's P5, P50 and P95, by criterion and part; `realised` and `reference` hold the rest."""

    realised: Total
    reference: Total | None
    levels: Sequence[Levels]
    reference_levels: Sequence[Levels]
    avoided_levels: Sequence[Levels]
    likely: float
    """P(avoided greenhouse gas > 0)."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """One deployment beside one reference. Counts: those of `Profile.rates`, core-seconds, router seconds."""

    kept: tuple[Profile | None, Profile | None, Floats | None]
    """What the pair is known by: as long as it is kept, no other object has its identity."""
    realised: Total
    expected: Total
    table: Ranked
    """Rows of the realised side, then those of the reference and the criteria of the difference."""


class Swift:
    """Knows one call of one deployment (or none, for a kept answer) beside one reference of equal counts."""

    def __init__(self, pricing: Pricing, router_per_second: Floats) -> None:
        """`router_per_second` has the shape (len(ROWS), K)."""
        self._pricing = pricing
        self._router = router_per_second
        self._pairs: OrderedDict[tuple[int, bool, int, int], _Pair] = OrderedDict()

    def account(
        self, realised: Sequence[Activity], reference: Activity | None, router_cpu_seconds: float
    ) -> Account | None:
        """`None` for what is not so simple, or not in order: the general way knows it, or refuses it."""
        counts = _counts(realised, reference, router_cpu_seconds)
        if counts is None or not self._pricing.simple:
            return None
        pair = self._pair(realised[0] if realised else None, reference)
        if pair is None:
            return None
        levels, likely = pair.table.levels(counts)
        ours, theirs, avoided = levels[:_SIDE], levels[_SIDE : 2 * _SIDE], levels[2 * _SIDE :]
        expected = None if reference is None else pair.expected
        return Account(pair.realised, expected, ours, theirs, avoided, likely)

    def _pair(self, activity: Activity | None, reference: Activity | None) -> _Pair | None:
        profile = None if activity is None else self._pricing.profile_of(activity)
        beside = None if reference is None else self._pricing.profile_of(reference)
        if (activity and profile is None) or (reference and beside is None):
            return None
        stretch = None if reference is None else self._stretch(activity, reference)
        timed = activity is not None and measured(activity)
        key = (id(profile), timed, id(beside), id(stretch))
        pair = self._pairs.pop(key, None) or self._made(profile, beside, stretch, timed=timed)
        self._pairs[key] = pair  # as the last: the first is the one not met for longest
        if len(self._pairs) > _MOST_PAIRS:
            self._pairs.popitem(last=False)
        return pair

    def _stretch(self, activity: Activity | None, reference: Activity) -> Floats:
        routed = reference.beside or routed_model(() if activity is None else (activity,))
        return self._pricing.rho(routed, reference.model)

    def _made(
        self, profile: Profile | None, reference: Profile | None, stretch: Floats | None, *, timed: bool
    ) -> _Pair:
        nothing = np.zeros((1, _SIDE, self._pricing.count))
        calls = np.zeros((4, *nothing.shape[1:])) if profile is None or timed else _rates(profile)
        timing = nothing if profile is None or not timed else _rates(profile)[3:]
        ours = np.concatenate([calls, timing, _rows(self._router)[None]])
        theirs = np.zeros_like(ours)
        if reference is not None:
            theirs[:4] = _rates(reference, stretch)
        sides = (ours, theirs, (theirs - ours)[:, : len(PARTS)]) if reference else (ours,)
        table = Ranked(
            np.concatenate(sides, axis=1),
            ranks(self._pricing.count),
            weights=ours[:, 0].mean(axis=1) + theirs[:, 0].mean(axis=1),
            judged=_AVOIDED_GHG if reference else 0,
        )
        return _Pair((profile, reference, stretch), _told(profile), _told(reference), table)


def _counts(
    realised: Sequence[Activity], reference: Activity | None, router_cpu_seconds: float
) -> tuple[float, ...] | None:
    if len(realised) > 1 or not 0 < router_cpu_seconds <= MOST or (reference and measured(reference)):
        return None
    ours = _of(realised[0]) if realised else _NOTHING
    theirs = ours if reference is None else _of(reference)
    if ours is None or theirs is None:
        return None
    if realised and measured(realised[0]):  # what was timed is charged its seconds alone
        counts = _NOTHING if reference is None else theirs
        return *counts, realised[0].cpu_seconds or 0.0, router_cpu_seconds
    return (*theirs, 0.0, router_cpu_seconds) if theirs == ours or not realised else None


def _of(activity: Activity) -> Counts | None:
    """Tokens written, read afresh and read from a cache, and calls; `None` unless they are plain counts.

    Images cost by their pixels and steps as well, so they have no table.
    """
    read, cached = activity.input_tokens, activity.cached_tokens
    counts = (activity.output_tokens, read - cached, cached, activity.requests)
    if activity.model.kind == "image" or not (activity.metered or measured(activity)):
        return None
    for each in (*counts, read, activity.cpu_seconds or 0):
        if not isinstance(each, _PLAIN) or not 0 <= each <= MOST:
            return None
    return counts


def _rates(profile: Profile, stretch: Floats | None = None) -> Floats:
    """What one of each count brings with it, shape (4, _SIDE, K)."""
    wh = np.stack(profile.rates)
    if stretch is not None:
        wh[0] = wh[0] * stretch
    return np.asarray(wh[:, None, :] * _rows(profile.per_wh)[None])


def _rows(matrix: Floats) -> Floats:
    return np.concatenate([criteria_of(matrix), matrix[1:]])


def _told(profile: Profile | None) -> Total:
    """How a side is known and what it does not know."""
    if profile is None:
        return Total(_NO_SCENARIOS)
    return Total(_NO_SCENARIOS, (profile.evidence,), profile.caveats)
