"""Estimator: activity in, impacts out; realised, reference and avoided share their scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.impact.activities import by_equivalence
from sobrio.impact.faults import check_amount
from sobrio.impact.hour import Hours
from sobrio.impact.length import LengthRatio
from sobrio.impact.machine import Machine, this_machine
from sobrio.impact.methods import method as method_of
from sobrio.impact.pricing import Pricing
from sobrio.impact.scenarios import Scenarios
from sobrio.impact.swift import Account, Swift
from sobrio.impact.totals import Total, as_avoided, as_impacts, avoided_at, impacts_at, names, nothing, total
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Avoided, Equivalence, Impacts, Rates
from sobrio.terms.model import Deployment, Hardware, Model
from sobrio.terms.quantity import Interval, Number

if TYPE_CHECKING:
    from datetime import datetime

    from sobrio.catalog import Catalog
    from sobrio.catalog.hourly import HourlySeries


@dataclass(frozen=True, slots=True)
class PeriodImpacts:
    """A period's totals. `avoided` counts `verified` answers alone; `by_equivalence` has every bucket."""

    realised: Impacts
    reference: Impacts | None
    avoided: Avoided | None
    by_equivalence: Mapping[Equivalence, Avoided]


class Estimator:
    """Impacts by one method version. Deterministic: the same activity gives the same figures.

    `length_ratios` holds rho where a route has measured it, by (routed model, reference model).
    `machine` is the one that routes, `this_machine()` unless given. `hourly` holds grid intensities by
    zone code: where it has the hour of a call, that takes the place of the annual average.
    """

    def __init__(
        self,
        method: str = "sobrio-1",
        catalog: Catalog | None = None,
        scenarios: Scenarios | None = None,
        *,
        router_zone: str | None = None,
        length_ratios: Mapping[tuple[str, str], LengthRatio] | None = None,
        machine: Machine | None = None,
        hourly: Mapping[str, HourlySeries] | None = None,
    ) -> None:
        """Raises `InputError` for a method, or a class of machines, that nobody knows."""
        chosen = method_of(method, scenarios or Scenarios.draw())
        self._catalog = catalog or _default_catalog()
        self._hours = Hours(hourly or {})
        self._pricing = Pricing(chosen, self._catalog, length_ratios or {}, self._hours)
        self.machine = machine or this_machine()
        self._router = self._pricing.router(self.machine, router_zone)
        self._router_per_second = self._router.wh_per_request * self._router.per_wh
        self._swift = Swift(self._pricing, self._router_per_second)
        self._as_impacts = partial(as_impacts, method=chosen.name)
        self._as_avoided = partial(as_avoided, method=chosen.name, chances=chosen.probabilistic)

    @property
    def method(self) -> str:
        return self._pricing.method.name

    @property
    def by_the_hour(self) -> bool:
        """Does the time of a call matter?"""
        return bool(self._hours)

    def estimate(  # noqa: PLR0913 the facts of one call, every one by name
        self,
        *,
        model: str | Model,
        input_tokens: Number,
        output_tokens: Number,
        cached_tokens: Number = 0,
        zone: str | None = None,
        provider: str = "",
        hardware: Hardware | None = None,
        requests: Number = 1,
        at: datetime | None = None,
        pixels: float | None = None,
        steps: float | None = None,
    ) -> Impacts:
        """Impacts of one call, or of each of n calls when counts are arrays of shape (n,).

        `input_tokens` includes `cached_tokens`; an image model makes `requests` images, each of so many
        `pixels` in so many denoising `steps`, which are drawn where they are unknown. With `at` (UTC
        unless it says otherwise), the zone's intensity in that hour takes the place of its annual
        average; where `hourly` has none, the average stands, with the caveat `unknown-hour`. Raises
        `UnknownModel` for a name the catalogue lacks, `InputError` for counts that cannot be.
        """
        found = self._catalog.model(model) if isinstance(model, str) else model
        call = Activity(
            found,
            cast("float", input_tokens),
            cast("float", output_tokens),
            cast("float", cached_tokens),
            zone=zone,
            provider=provider or found.provider,
            hardware=hardware,
            requests=cast("float", requests),
            at=None if at is None else at.isoformat(),
            pixels=pixels,
            steps=steps,
        )
        total = self._pricing.total([call])
        if at is not None and not self._hours:
            total = replace(total, caveats=(*total.caveats, "unknown-hour"))
        return self._as_impacts(total, model=found.name)

    def rates(self, deployment: Deployment) -> Rates | None:
        """Central rates for choosing; `None` when the model's size is unknown."""
        profile = self._pricing.profile(
            deployment.model, deployment.hardware, deployment.zone, deployment.provider
        )
        return None if profile is None else Rates(*profile.central)

    def router_energy_wh(self, cpu_seconds: float) -> float:
        """Central Wh of that much processor time, facility overhead included."""
        check_amount("cpu_seconds", cpu_seconds)
        return cpu_seconds * self._router.central[3]

    def router_energy(self, cpu_seconds: float) -> Interval:
        """The same with its interval, Wh."""
        check_amount("cpu_seconds", cpu_seconds)
        low, central, high = np.quantile(self._router.wh_per_request, [0.05, 0.5, 0.95]) * cpu_seconds
        return Interval(float(low), float(central), float(high))

    def avoided(
        self,
        realised: Sequence[Activity],
        reference: Activity,
        *,
        equivalence: Equivalence = "unverified",
        router_cpu_seconds: float = 0.0,
    ) -> Avoided:
        """Reference minus realised, inside each scenario; negative where the reference costs less."""
        spent = self._spent(realised, router_cpu_seconds)
        expected = self._pricing.references([reference], realised)
        return self._as_avoided(expected, spent, name=reference.model.name, equivalence=equivalence)

    def account(
        self,
        realised: Sequence[Activity],
        reference: Activity | None,
        *,
        router_cpu_seconds: float,
        equivalence: Equivalence,
    ) -> tuple[Impacts, Impacts | None, Avoided | None]:
        """Realised (router included), reference and avoided; the last two `None` without a reference.

        The reference's `output_tokens` are those of the delivered answer; rho stretches them.
        """
        model = names(each.model.name for each in realised)
        simple = self._swift.account(realised, reference, router_cpu_seconds)
        if simple is not None:
            return self._told(simple, model, reference, equivalence)
        spent = self._spent(realised, router_cpu_seconds)
        impacts = self._as_impacts(spent, model=model)
        if reference is None:
            return impacts, None, None
        expected, name = self._pricing.references([reference], realised), reference.model.name
        avoided = self._as_avoided(expected, spent, name=name, equivalence=equivalence)
        return impacts, self._as_impacts(expected, model=name), avoided

    def period(
        self,
        realised: Iterable[Activity | tuple[Activity, Equivalence]],
        references: Iterable[tuple[Activity, Equivalence]],
        router_cpu_seconds: float,
        idle_wh: float = 0.0,
    ) -> PeriodImpacts:
        """Totals of a period, summed inside each scenario; cost grows with deployments, not requests.

        An activity given with an equivalence is charged to that bucket. One given alone, the router and
        the idle energy are shared among the buckets by their number of requests. Raises `InputError` for
        counts that cannot be.
        """
        check_amount("idle_wh", idle_wh)
        alone, labelled = by_equivalence(realised)
        _, baselines = by_equivalence(references)
        idle = Total(idle_wh * self._router.per_wh)
        common = self._spent(alone, router_cpu_seconds) + idle
        spent = {key: self._pricing.total(group) for key, group in labelled.items()}
        impacts = self._as_impacts(common + total(spent.values(), self._pricing.count))
        if not baselines:
            return PeriodImpacts(impacts, None, None, {})
        expected = {
            key: self._pricing.references(group, [*alone, *labelled.get(key, ())])
            for key, group in baselines.items()
        }
        zero, shares = nothing(self._pricing.count), _shares(baselines)
        buckets = {
            key: self._as_avoided(
                expected[key],
                spent.get(key, zero) + common * shares[key],
                name=names(each.model.name for each in group),
                equivalence=key,
            )
            for key, group in baselines.items()
        }
        reference = self._as_impacts(total(expected.values(), self._pricing.count))
        return PeriodImpacts(impacts, reference, buckets.get("verified"), buckets)

    def scenario_totals(
        self, activities: Sequence[Activity], *, answering: Sequence[Activity] | None = None
    ) -> NDArray[np.float64]:
        """Totals in every scenario, shape (9, K): the rows of `sobrio.impact.profile.ROWS`, NaN if unknown.

        With `answering`, the activities are references for those calls, and rho stretches their answers.
        """
        if answering is None:
            return self._pricing.total(activities).matrix
        return self._pricing.references(activities, answering).matrix

    def _told(
        self, found: Account, model: str, reference: Activity | None, equivalence: Equivalence
    ) -> tuple[Impacts, Impacts | None, Avoided | None]:
        impacts = impacts_at(found.levels, found.realised, method=self.method, model=model)
        if reference is None or found.reference is None:
            return impacts, None, None
        name = reference.model.name
        expected = impacts_at(found.reference_levels, found.reference, method=self.method, model=name)
        avoided = avoided_at(
            found.avoided_levels,
            found.reference,
            found.realised,
            name=name,
            equivalence=equivalence,
            method=self.method,
            likely=found.likely,
        )
        return impacts, expected, avoided

    def _spent(self, activities: Sequence[Activity], router_cpu_seconds: float) -> Total:
        check_amount("router_cpu_seconds", router_cpu_seconds)
        return self._pricing.total(activities) + Total(router_cpu_seconds * self._router_per_second)


def _default_catalog() -> Catalog:
    """Read on first use: the shipped facts take longer to import than the arithmetic."""
    from sobrio.catalog import Catalog

    return Catalog.default()


def _shares(buckets: Mapping[Equivalence, Sequence[Activity]]) -> dict[Equivalence, float]:
    """Each bucket's part of all requests."""
    requests = {key: sum(each.requests for each in group) for key, group in buckets.items()}
    every = sum(requests.values())
    if not every > 0:
        raise InputError("references stand for at least one request; leave them out where there was none")
    return {key: count / every for key, count in requests.items()}
