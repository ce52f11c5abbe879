"""Estimator: activity in, impacts out; realised, reference and avoided share their scenarios."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np

from sobrio.catalog import Catalog
from sobrio.errors import InputError
from sobrio.impact.deployments import processor_profile, profile_of
from sobrio.impact.draws import Vector
from sobrio.impact.profile import ROWS, Profile
from sobrio.impact.scenarios import Scenarios
from sobrio.impact.totals import Totals, as_avoided, as_impacts
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Avoided, Equivalence, Impacts, Rates
from sobrio.terms.model import Deployment, Evidence, Hardware, Model
from sobrio.terms.quantity import Number

METHODS: Final = ("sobrio-1",)

WORST_FIRST: Final[tuple[Evidence, ...]] = (
    "unknown", "assumed", "estimate", "modelled", "benchmarked", "official", "disclosed", "measured",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PeriodImpacts:
    """A period's totals. `avoided` counts `verified` answers alone; `by_equivalence` has every bucket."""

    realised: Impacts
    reference: Impacts | None
    avoided: Avoided | None
    by_equivalence: Mapping[str, Avoided]


class Estimator:
    """Computes impacts by one method version. Deterministic: the same activity gives the same figures."""

    def __init__(
        self,
        method: str = "sobrio-1",
        catalog: Catalog | None = None,
        scenarios: Scenarios | None = None,
        router_zone: str | None = None,
    ) -> None:
        """Raises `InputError` for a method nobody knows."""
        if method not in METHODS:
            raise InputError(f"unknown method {method!r}; choose one of {', '.join(METHODS)}")
        self.method = method
        self._catalog = catalog
        self._scenarios = scenarios or Scenarios.draw()
        self._router = processor_profile(self._scenarios, catalog, router_zone, None)
        self._profiles: dict[tuple[object, ...], Profile | None] = {}

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
    ) -> Impacts:
        """Impacts of one call, or of each of n calls when tokens are arrays of shape (n,)."""
        found = self._model(model)
        call = Activity(
            found,
            cast("float", input_tokens),
            cast("float", output_tokens),
            cast("float", cached_tokens),
            zone=zone,
            provider=provider,
            hardware=hardware,
        )
        totals, evidence, caveats = self._sum([call])
        return as_impacts(totals, method=self.method, evidence=evidence, caveats=caveats, model=found.name)

    def rates(self, deployment: Deployment) -> Rates | None:
        """Central rates for choosing; `None` when the model's size is unknown."""
        profile = self._profile(deployment.model, deployment.hardware, deployment.zone, deployment.provider)
        if profile is None:
            return None
        middle = np.median(profile.per_wh, axis=1)
        return Rates(
            wh_per_output_token=float(np.median(profile.wh_per_output)),
            wh_per_input_token=float(np.median(profile.wh_per_input)),
            wh_per_cached_token=float(np.median(profile.wh_per_cached)),
            wh_per_request=float(np.median(profile.wh_per_request)),
            g_per_wh=float(middle[ROWS.index("ghg_use")]),
            g_embodied_per_wh=float(middle[ROWS.index("ghg_embodied")]),
        )

    def router_energy_wh(self, cpu_seconds: float) -> float:
        """Central Wh of that much processor time, facility overhead included."""
        return cpu_seconds * float(np.median(self._router.wh_per_request))

    def avoided(
        self, realised: Sequence[Activity], reference: Activity, *, equivalence: Equivalence = "unverified"
    ) -> Avoided:
        """Reference minus realised inside each scenario; the router's own share is the caller's to add."""
        avoided = self.account(realised, reference, router_cpu_seconds=0.0, equivalence=equivalence)[2]
        if avoided is None:
            raise InputError("avoided impact needs a reference activity")
        return avoided

    def account(
        self,
        realised: Sequence[Activity],
        reference: Activity | None,
        *,
        router_cpu_seconds: float,
        equivalence: Equivalence,
    ) -> tuple[Impacts, Impacts | None, Avoided | None]:
        """Realised (router included), reference and avoided; the last two `None` without a reference."""
        totals, evidence, caveats = self._sum(realised)
        totals = totals + router_cpu_seconds * self._router.wh_per_request * self._router.per_wh
        name = realised[-1].model.name if realised else ""
        spent = as_impacts(totals, method=self.method, evidence=evidence, caveats=caveats, model=name)
        if reference is None:
            return spent, None, None
        stretched = self._stretch(realised, reference)
        baseline, base_evidence, base_caveats = self._sum([reference], stretched)
        return (
            spent,
            as_impacts(
                baseline,
                method=self.method,
                evidence=base_evidence,
                caveats=base_caveats,
                model=reference.model.name,
            ),
            as_avoided(
                baseline - totals,
                reference=reference.model.name,
                equivalence=equivalence,
                method=self.method,
                caveats=tuple(dict.fromkeys((*caveats, *base_caveats))),
            ),
        )

    def period(
        self,
        realised: Iterable[Activity | tuple[Activity, Equivalence]],
        references: Iterable[tuple[Activity, Equivalence]],
        router_cpu_seconds: float,
        idle_wh: float = 0.0,
    ) -> PeriodImpacts:
        """Totals of a period, summed inside each scenario.

        An activity given with an equivalence is charged to that bucket; one given alone, the router and
        the idle energy are shared over the buckets by their number of references.
        """
        shared: list[Activity] = []
        spent: dict[str, list[Activity]] = defaultdict(list)
        for each in realised:
            if isinstance(each, Activity):
                shared.append(each)
            else:
                spent[each[1]].append(each[0])
        base: dict[str, list[Activity]] = defaultdict(list)
        for activity, equivalence in references:
            base[equivalence].append(activity)
        own = (router_cpu_seconds * self._router.wh_per_request + idle_wh) * self._router.per_wh
        common, evidence, caveats = self._sum(shared)
        common = common + own
        sums = {key: self._sum(group) for key, group in spent.items()}
        total = common + sum(each[0] for each in sums.values())
        everything = tuple(dict.fromkeys((*caveats, *(c for each in sums.values() for c in each[2]))))
        impacts = as_impacts(
            total,
            method=self.method,
            evidence=_worst([evidence, *(s[1] for s in sums.values())]),
            caveats=everything,
        )
        count = sum(len(group) for group in base.values())
        buckets: dict[str, Avoided] = {}
        whole = np.zeros_like(total)
        reference_evidence: list[Evidence] = []
        reference_caveats: list[str] = []
        for key, group in base.items():
            baseline, its_evidence, its_caveats = self._sum(group)
            whole = whole + baseline
            reference_evidence.append(its_evidence)
            reference_caveats.extend(its_caveats)
            charged = common * (len(group) / count)
            if key in sums:
                charged = charged + sums[key][0]
            buckets[key] = as_avoided(
                baseline - charged,
                reference=", ".join(sorted({a.model.name for a in group})),
                equivalence=key,  # type: ignore[arg-type]
                method=self.method,
                caveats=tuple(dict.fromkeys((*everything, *its_caveats))),
            )
        reference = (
            as_impacts(
                whole,
                method=self.method,
                evidence=_worst(reference_evidence),
                caveats=tuple(dict.fromkeys(reference_caveats)),
            )
            if base
            else None
        )
        return PeriodImpacts(impacts, reference, buckets.get("verified"), buckets)

    def _stretch(self, realised: Sequence[Activity], reference: Activity) -> Vector | float:
        """Rho: how much longer or shorter the reference would have answered, in every scenario."""
        answer = next((each for each in reversed(realised) if each.role in ("answer", "escalation")), None)
        if answer is not None and answer.model.name == reference.model.name:
            return 1.0
        spread = _length_spread(None if answer is None else answer.model, reference.model)
        key = f"rho {'' if answer is None else answer.model.name} {reference.model.name}"
        return np.asarray(np.exp(spread * self._scenarios.normal(key)))

    def _sum(
        self, activities: Sequence[Activity], stretch: Vector | float = 1.0
    ) -> tuple[Totals, Evidence, tuple[str, ...]]:
        """Totals over activities; NaN in every row when one of them cannot be known."""
        totals: Totals = np.zeros((len(ROWS), self._scenarios.count))
        evidence: list[Evidence] = []
        caveats: list[str] = []
        for group in _grouped(activities):
            profile = self._profile(group.model, group.hardware, group.zone, group.provider)
            if profile is None:
                return np.full_like(totals, np.nan), "unknown", ("unknown-model", *caveats)
            if profile is not None and group.cpu_seconds is not None:
                processor = processor_profile(
                    self._scenarios,
                    self._catalog,
                    group.zone,
                    group.hardware.watts_per_core if group.hardware else None,
                )
                wh = processor.wh_per_request * group.cpu_seconds
                profile = processor
            else:
                wh = profile.energy(
                    group.output_tokens, group.input_tokens, group.cached_tokens, group.requests
                )
            if np.ndim(stretch):
                output = profile.wh_per_output * group.output_tokens
                wh = wh + output * (np.asarray(stretch) - 1)
            if wh.ndim == 1:
                totals = totals + wh * profile.per_wh
            else:
                totals = totals[..., None] if totals.ndim == 2 else totals
                totals = totals + wh * profile.per_wh[:, :, None]
            evidence.append(profile.evidence)
            caveats.extend(profile.caveats)
        return totals, _worst(evidence), tuple(dict.fromkeys(caveats))

    def _profile(
        self, model: Model, hardware: Hardware | None, zone: str | None, provider: str
    ) -> Profile | None:
        key = (
            model.name,
            model.total_params_b,
            model.active_params_b,
            model.weight_bits,
            model.evidence,
            hardware,
            zone,
            provider,
        )
        if key not in self._profiles:
            self._profiles[key] = profile_of(
                model, hardware, zone, provider, scenarios=self._scenarios, catalog=self._catalog
            )
        return self._profiles[key]

    def _model(self, model: str | Model) -> Model:
        if isinstance(model, Model):
            return model
        catalog = self._catalog or Catalog.default()
        return catalog.model(model)


def _length_spread(routed: Model | None, reference: Model) -> float:
    """Standard deviation of ln(reference length / routed length)."""
    if reference.reasoning or (routed is not None and routed.reasoning):
        return 0.8
    same = routed is not None and routed.family and routed.family == reference.family
    return 0.15 if same else 0.5


def _worst(classes: Sequence[Evidence]) -> Evidence:
    return min(classes, key=WORST_FIRST.index, default="measured")


def _grouped(activities: Iterable[Activity]) -> list[Activity]:
    """Activities of one deployment summed: everything is linear in tokens."""
    groups: dict[tuple[object, ...], list[Activity]] = defaultdict(list)
    for each in activities:
        groups[each.model.name, each.zone, each.provider, each.hardware, each.cpu_seconds is None].append(
            each
        )
    return [_summed(group) for group in groups.values()]


def _summed(group: list[Activity]) -> Activity:
    if len(group) == 1:
        return group[0]
    first = group[0]
    measured = None if first.cpu_seconds is None else sum(each.cpu_seconds or 0 for each in group)
    return replace(
        first,
        input_tokens=sum(each.input_tokens for each in group),
        output_tokens=sum(each.output_tokens for each in group),
        cached_tokens=sum(each.cached_tokens for each in group),
        requests=sum(each.requests for each in group),
        cpu_seconds=measured,
    )
