"""Estimator: activity in, impacts out; realised, reference and avoided share their scenarios."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from sobrio.errors import InputError
from sobrio.impact.draws import Vector
from sobrio.impact.length import LengthRatio, rho, routed_model, spread
from sobrio.impact.methods import method as method_of
from sobrio.impact.place import Place, place
from sobrio.impact.profile import Profile, processor
from sobrio.impact.scenarios import Scenarios
from sobrio.impact.totals import Total, as_avoided, as_impacts, names, nothing, total, unknown
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Avoided, Equivalence, Impacts, Rates
from sobrio.terms.model import Deployment, Hardware, Model
from sobrio.terms.quantity import Interval, Number

if TYPE_CHECKING:
    from sobrio.catalog import Catalog


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
    """

    def __init__(
        self,
        method: str = "sobrio-1",
        catalog: Catalog | None = None,
        scenarios: Scenarios | None = None,
        *,
        router_zone: str | None = None,
        length_ratios: Mapping[tuple[str, str], LengthRatio] | None = None,
    ) -> None:
        """Raises `InputError` for a method nobody knows."""
        self._method = method_of(method, scenarios or Scenarios.draw())
        self._catalog = catalog or _default_catalog()
        self._length_ratios = length_ratios or {}
        self._count = self._method.draws.count
        self._profiles: dict[tuple[object, ...], Profile | None] = {}
        self._places: dict[tuple[str | None, str], Place] = {}
        self._ratios: dict[tuple[str, str, float], Vector] = {}
        self._router = processor(self._method.draws, self._place(router_zone, ""))
        self._router_per_second = self._router.wh_per_request * self._router.per_wh

    @property
    def method(self) -> str:
        return self._method.name

    def estimate(
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
    ) -> Impacts:
        """Impacts of one call, or of each of n calls when counts are arrays of shape (n,).

        `input_tokens` includes `cached_tokens`; an image model makes `requests` images. Raises
        `UnknownModel` for a name the catalogue lacks, `InputError` for counts that cannot be.
        """
        found = self._catalog.model(model) if isinstance(model, str) else model
        _check(input_tokens, output_tokens, cached_tokens, requests)
        call = Activity(
            found,
            cast("float", input_tokens),
            cast("float", output_tokens),
            cast("float", cached_tokens),
            zone=zone,
            provider=provider or found.provider,
            hardware=hardware,
            requests=cast("float", requests),
        )
        return as_impacts(self._one(call), method=self.method, model=found.name)

    def rates(self, deployment: Deployment) -> Rates | None:
        """Central rates for choosing; `None` when the model's size is unknown."""
        profile = self._profile(deployment.model, deployment.hardware, deployment.zone, deployment.provider)
        return None if profile is None else Rates(*profile.central)

    def router_energy_wh(self, cpu_seconds: float) -> float:
        """Central Wh of that much processor time, facility overhead included."""
        return cpu_seconds * self._router.central[3]

    def router_energy(self, cpu_seconds: float) -> Interval:
        """The same with its interval, Wh."""
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
        spent = self._realised(realised, router_cpu_seconds)
        return self._difference(realised, spent, reference, equivalence)[1]

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
        spent = self._realised(realised, router_cpu_seconds)
        impacts = as_impacts(spent, method=self.method, model=names([each.model.name for each in realised]))
        if reference is None:
            return impacts, None, None
        baseline, avoided = self._difference(realised, spent, reference, equivalence)
        return impacts, as_impacts(baseline, method=self.method, model=reference.model.name), avoided

    def period(
        self,
        realised: Iterable[Activity | tuple[Activity, Equivalence]],
        references: Iterable[tuple[Activity, Equivalence]],
        router_cpu_seconds: float,
        idle_wh: float = 0.0,
    ) -> PeriodImpacts:
        """Totals of a period, summed inside each scenario; cost grows with deployments, not requests.

        An activity given with an equivalence is charged to that bucket. One given alone, the router and
        the idle energy are shared among the buckets by their number of requests.
        """
        alone, spent = _buckets(realised)
        _, baselines = _buckets(references)
        own = Total((router_cpu_seconds * self._router.wh_per_request + idle_wh) * self._router.per_wh)
        common = self._sum(alone) + own
        charged = {key: self._sum(group) for key, group in spent.items()}
        whole = common + total(charged.values(), self._count)
        impacts = as_impacts(whole, method=self.method)
        if not baselines:
            return PeriodImpacts(impacts, None, None, {})
        requests = {key: sum(each.requests for each in group) for key, group in baselines.items()}
        expected, buckets = nothing(self._count), {}
        for key, group in baselines.items():
            answers = [*spent.get(key, ()), *alone]
            baseline = total((self._stretched(each, answers) for each in _summed(group)), self._count)
            share = common * (requests[key] / sum(requests.values()))
            buckets[key] = as_avoided(
                baseline,
                charged.get(key, nothing(self._count)) + share,
                name=names([each.model.name for each in group]),
                equivalence=key,
                method=self.method,
                chances=self._method.probabilistic,
            )
            expected = expected + baseline
        reference = as_impacts(expected, method=self.method)
        return PeriodImpacts(impacts, reference, buckets.get("verified"), buckets)

    def scenario_totals(
        self, activities: Sequence[Activity], *, answering: Sequence[Activity] | None = None
    ) -> NDArray[np.float64]:
        """Totals in every scenario, shape (9, K): the rows of `sobrio.impact.profile.ROWS`, NaN if unknown.

        With `answering`, the activities are references for those calls, and rho stretches their answers.
        """
        if answering is None:
            return self._sum(activities).matrix
        return total((self._stretched(each, answering) for each in activities), self._count).matrix

    def _difference(
        self, realised: Sequence[Activity], spent: Total, reference: Activity, equivalence: Equivalence
    ) -> tuple[Total, Avoided]:
        baseline = self._stretched(reference, realised)
        return baseline, as_avoided(
            baseline,
            spent,
            name=reference.model.name,
            equivalence=equivalence,
            method=self.method,
            chances=self._method.probabilistic,
        )

    def _realised(self, activities: Sequence[Activity], router_cpu_seconds: float) -> Total:
        return self._sum(activities) + Total(router_cpu_seconds * self._router_per_second)

    def _stretched(self, reference: Activity, realised: Sequence[Activity]) -> Total:
        """The reference call with rho times the delivered output tokens, rho drawn."""
        profile = self._profile_for(reference)
        if profile is None:
            return unknown(self._count)
        ratio = self._rho(routed_model(realised), reference.model)
        return _priced(reference, profile, stretch=ratio)

    def _rho(self, routed: Model | None, reference: Model) -> Vector:
        """A method without probabilities takes the lengths as they are until rho is measured."""
        pair = ("" if routed is None else routed.name, reference.name)
        measured = self._length_ratios.get(pair)
        if measured is None and not self._method.probabilistic:
            return np.ones(self._count)
        key = (*pair, spread(routed, reference))
        if key not in self._ratios:
            self._ratios[key] = rho(self._method.draws, routed, reference, measured)
        return self._ratios[key]

    def _sum(self, activities: Iterable[Activity]) -> Total:
        return total(map(self._one, _summed(activities)), self._count)

    def _one(self, activity: Activity) -> Total:
        """Measured processor time is charged as such; otherwise tokens are."""
        if activity.cpu_seconds is not None and activity.hardware and activity.hardware.kind == "cpu":
            machine = processor(
                self._method.draws,
                self._place(activity.zone, activity.provider),
                activity.hardware.watts_per_core,
            )
            seconds = machine.wh_per_request * activity.cpu_seconds
            return Total(seconds * machine.per_wh, (machine.evidence,), machine.caveats)
        profile = self._profile_for(activity)
        return unknown(self._count) if profile is None else _priced(activity, profile)

    def _profile_for(self, activity: Activity) -> Profile | None:
        return self._profile(activity.model, activity.hardware, activity.zone, activity.provider)

    def _profile(
        self, model: Model, hardware: Hardware | None, zone: str | None, provider: str
    ) -> Profile | None:
        key = (*_facts(model), hardware, zone, provider)
        if key not in self._profiles:
            profile = self._method.profile(model, hardware, self._place(zone, provider))
            self._profiles[key] = _dated(profile) if profile and model.stale else profile
        return self._profiles[key]

    def _place(self, zone: str | None, provider: str) -> Place:
        key = (zone, provider)
        if key not in self._places:
            self._places[key] = place(self._catalog, zone, provider)
        return self._places[key]


def _default_catalog() -> Catalog:
    """Read on first use: the shipped facts take longer to import than the arithmetic."""
    from sobrio.catalog import Catalog

    return Catalog.default()


def _priced(activity: Activity, profile: Profile, stretch: Vector | None = None) -> Total:
    """The activity's totals; `stretch` multiplies its output tokens in every scenario."""
    wh = profile.energy(
        activity.output_tokens, activity.input_tokens, activity.cached_tokens, activity.requests
    )
    if stretch is not None:
        wh = wh + np.multiply.outer(profile.wh_per_output * (stretch - 1), activity.output_tokens)
    per_wh = profile.per_wh if wh.ndim == 1 else profile.per_wh[:, :, None]
    return Total(wh * per_wh, (profile.evidence,), profile.caveats)


def _dated(profile: Profile) -> Profile:
    return replace(profile, caveats=(*profile.caveats, "stale-facts"))


def _facts(model: Model) -> tuple[object, ...]:
    """What of a model its impact depends on."""
    return (
        model.name, model.family, model.kind, model.total_params_b, model.active_params_b,
        model.weight_bits, model.reasoning, model.evidence, model.stale,
    )  # fmt: skip


def _buckets(
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


def _summed(activities: Iterable[Activity]) -> list[Activity]:
    """One activity per deployment: everything is linear in tokens."""
    groups: dict[tuple[object, ...], list[Activity]] = defaultdict(list)
    for each in activities:
        key = (each.model.name, each.zone, each.provider, each.hardware, each.cpu_seconds is None)
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


def _check(input_tokens: Number, output_tokens: Number, cached_tokens: Number, requests: Number) -> None:
    counts = {"input_tokens": input_tokens, "output_tokens": output_tokens, "requests": requests}
    for name, count in (counts | {"cached_tokens": cached_tokens}).items():
        if not np.all(np.isfinite(count)) or np.any(np.asarray(count) < 0):
            raise InputError(f"{name} must be a finite number of at least 0")
    if np.any(np.asarray(cached_tokens) > np.asarray(input_tokens)):
        raise InputError("cached_tokens cannot exceed input_tokens, which include them")
