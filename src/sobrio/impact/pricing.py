"""Pricing: activities to totals in every scenario, with each deployment's profile worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sobrio.impact.activities import facts, grouped, sum_of, times
from sobrio.impact.draws import Spread, Vector
from sobrio.impact.faults import check_counts, check_deployment
from sobrio.impact.hour import USE_PHASE, Hours
from sobrio.impact.length import LengthRatio, rho, routed_model, spread
from sobrio.impact.machine import Machine
from sobrio.impact.methods import Method
from sobrio.impact.picture import UNKNOWN, Picture, picture_of
from sobrio.impact.place import Place, place
from sobrio.impact.profile import Profile, processor
from sobrio.impact.totals import Total, total, unknown
from sobrio.terms.activity import Activity
from sobrio.terms.model import Hardware, Model

if TYPE_CHECKING:
    from sobrio.catalog import Catalog


class Pricing:
    """Remembers profiles, places and length ratios; the same activity always has the same totals."""

    def __init__(
        self,
        method: Method,
        catalog: Catalog,
        length_ratios: Mapping[tuple[str, str], LengthRatio],
        hours: Hours,
    ) -> None:
        self.method = method
        self.count = method.draws.count
        self._catalog = catalog
        self._length_ratios = length_ratios
        self._hours = hours
        self._profiles: dict[tuple[object, ...], Profile | None] = {}
        self._processors: dict[tuple[object, ...], Profile] = {}
        self._places: dict[tuple[str | None, str], Place] = {}
        self._ratios: dict[tuple[str, str, float], Vector] = {}

    @property
    def simple(self) -> bool:
        """Every call of a deployment is priced alike, in many scenarios."""
        return self.method.probabilistic and not self._hours

    def total(self, activities: Iterable[Activity]) -> Total:
        """Raises `InputError` for counts that cannot be."""
        return total(map(self._together, grouped(activities)), self.count)

    def references(self, activities: Iterable[Activity], answered: Sequence[Activity]) -> Total:
        """Reference calls, with rho times the delivered output tokens; rho is drawn per pair of models.

        A reference that does not say beside whose answer it stands is held against `answered`.
        """
        routed = routed_model(answered)
        groups = (
            self._together(group, self.rho(group[0].beside or routed, group[0].model))
            for group in grouped(activities)
        )
        return total(groups, self.count)

    def profile(
        self, model: Model, hardware: Hardware | None, zone: str | None, provider: str
    ) -> Profile | None:
        """Raises `InputError` for a size or a machine that cannot be."""
        key = (*facts(model), hardware, zone, provider)
        if key not in self._profiles:
            self._profiles[key] = self._profile(model, hardware, self.place(zone, provider), UNKNOWN)
        return self._profiles[key]

    def _profile(
        self, model: Model, hardware: Hardware | None, place: Place, picture: Picture
    ) -> Profile | None:
        check_deployment(model, hardware)
        profile = self.method.profile(model, hardware, place, picture)
        return _dated(profile) if profile and model.stale else profile

    def processor(self, zone: str | None, provider: str, watts: Spread | None) -> Profile:
        key = (zone, provider, watts)
        if key not in self._processors:
            self._processors[key] = processor(self.method.draws, self.place(zone, provider), watts)
        return self._processors[key]

    def router(self, machine: Machine, zone: str | None) -> Profile:
        """One core-second of the machine that routes."""
        return processor(
            self.method.draws,
            self.place(zone, ""),
            machine.watts_per_core,
            in_data_centre=machine.in_data_centre,
        )

    def place(self, zone: str | None, provider: str) -> Place:
        key = (zone, provider)
        if key not in self._places:
            self._places[key] = place(self._catalog, zone, provider)
        return self._places[key]

    def _together(self, group: Sequence[Activity], stretch: Vector | None = None) -> Total:
        """Calls of one deployment; `stretch` multiplies their output tokens in every scenario."""
        whole = sum_of(group)
        check_counts(whole)
        if not whole.metered and not measured(whole):
            return unknown(self.count, "unmetered")
        profile = self.profile_of(whole)
        if profile is None:
            return unknown(self.count, "unknown-model")
        total = _priced(whole, profile, stretch)
        return self._in_their_hours(group, total, profile, stretch) if self._hours else total

    def profile_of(self, activity: Activity) -> Profile | None:
        machine = activity.hardware
        if machine is not None and measured(activity):
            check_deployment(activity.model, machine)
            return self.processor(activity.zone, activity.provider, machine.watts_per_core)
        picture = picture_of(activity)
        if picture == UNKNOWN:
            return self.profile(activity.model, machine, activity.zone, activity.provider)
        # Not remembered: callers choose sizes freely, and would choose how much memory that takes.
        place = self.place(activity.zone, activity.provider)
        return self._profile(activity.model, machine, place, picture)

    def _in_their_hours(
        self, group: Sequence[Activity], total: Total, profile: Profile, stretch: Vector | None
    ) -> Total:
        """`total` with the use-phase greenhouse gases of each call's hour."""
        zone = self.place(group[0].zone, group[0].provider).zone
        hours = [self._hours.of(zone, each.at) for each in group]
        weighted = sum_of([times(each, hour.over_average) for each, hour in zip(group, hours, strict=True)])
        matrix = total.matrix.copy()
        matrix[USE_PHASE] = _priced(weighted, profile, stretch).matrix[USE_PHASE]
        caveats = (*total.caveats, *(code for hour in hours for code in hour.caveats))
        known = any(hour.known for hour in hours)
        return replace(total, matrix=matrix, caveats=tuple(dict.fromkeys(caveats)), hourly=known)

    def rho(self, routed: Model | None, reference: Model) -> Vector:
        """A method without probabilities takes the lengths as they are until rho is measured."""
        pair = ("" if routed is None else routed.name, reference.name)
        known = self._length_ratios.get(pair)
        if known is None and not self.method.probabilistic:
            return np.ones(self.count)
        key = (*pair, spread(routed, reference))
        if key not in self._ratios:
            self._ratios[key] = rho(self.method.draws, routed, reference, known)
        return self._ratios[key]


def measured(activity: Activity) -> bool:
    """Is its processor time known? It is charged then, and its tokens are not."""
    machine = activity.hardware
    return activity.cpu_seconds is not None and machine is not None and machine.kind == "cpu"


def _priced(activity: Activity, profile: Profile, stretch: Vector | None) -> Total:
    if measured(activity):
        wh = profile.energy(0, 0, 0, activity.cpu_seconds or 0)
    else:
        wh = profile.energy(
            activity.output_tokens, activity.input_tokens, activity.cached_tokens, activity.requests
        )
        if stretch is not None:
            wh = wh + np.multiply.outer(profile.wh_per_output * (stretch - 1), activity.output_tokens)
    per_wh = profile.per_wh if wh.ndim == 1 else profile.per_wh[:, :, None]
    return Total(wh * per_wh, (profile.evidence,), profile.caveats)


def _dated(profile: Profile) -> Profile:
    return replace(profile, caveats=(*profile.caveats, "stale-facts"))
