"""From tallies to impacts: one estimate per total, every total inside the same scenarios."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from sobrio.impact import Estimator
from sobrio.report.document import Comparison
from sobrio.report.tally import ActivityKey, Tally, key_of
from sobrio.terms.activity import Activity
from sobrio.terms.impacts import Equivalence, Impacts
from sobrio.terms.quantity import Interval, Quantity


@dataclass(frozen=True, slots=True)
class Valuation:
    estimator: Estimator
    _known: dict[ActivityKey, bool] = field(default_factory=dict)

    def timed(self, activity: Activity, at: str) -> Activity:
        """`activity` with the hour it was made in, where the estimator knows grids by the hour."""
        return replace(activity, at=at[:13] + "Z" if self.estimator.by_the_hour else None)

    def known(self, activity: Activity) -> bool:
        """Can the activity's energy be estimated? Asked once per kind of activity."""
        key = key_of(activity)
        if key not in self._known:
            self._known[key] = self.impacts([activity]).energy_wh is not None
        return self._known[key]

    def impacts(
        self, activities: Iterable[Activity], router_cpu_seconds: float = 0.0, idle_wh: float = 0.0
    ) -> Impacts:
        period = self.estimator.period(activities, (), router_cpu_seconds=router_cpu_seconds, idle_wh=idle_wh)
        return period.realised

    def total(self, tally: Tally, idle_wh: float = 0.0) -> Impacts:
        return self.impacts(tally.realised, tally.router_cpu_seconds, idle_wh)

    def comparison(
        self, tally: Tally, equivalence: Equivalence = "verified", idle_wh: float = 0.0
    ) -> Comparison:
        """Both sides of some requests, all of one class."""
        references: list[tuple[Activity, Equivalence]] = [(each, equivalence) for each in tally.references]
        period = self.estimator.period(
            tally.realised, references, router_cpu_seconds=tally.router_cpu_seconds, idle_wh=idle_wh
        )
        return Comparison(
            requests=tally.requests,
            realised=period.realised,
            reference=period.reference,
            avoided=period.by_equivalence.get(equivalence),
        )


def times(quantity: Quantity | None, factor: float, unit: str) -> Quantity | None:
    """`quantity` in another unit, `factor` of which make one of the old; unknown stays unknown."""
    if quantity is None:
        return None
    parts = {name: _scaled(part, factor) for name, part in quantity.parts.items()}
    whole = _scaled(quantity, factor)
    return Quantity(whole.low, whole.central, whole.high, unit=unit, parts=parts)


def _scaled(interval: Interval, factor: float) -> Interval:
    return Interval(interval.low * factor, interval.central * factor, interval.high * factor)
