"""Prometheus metrics. Names, units and labels as docs/metrics.md lists them.

There is no counter of avoided impact on purpose: it can be negative. Realised and reference are both
exported, for the same requests, and a dashboard subtracts them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sobrio.observe.bounded import Bounded
from sobrio.terms.impacts import Impacts
from sobrio.terms.receipt import Receipt

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter

_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_BOUNDS: Final = ("low", "central", "high")
_J_PER_WH: Final = 3600.0
_L_PER_ML: Final = 0.001
_CRITERIA: Final = (
    ("energy", "joules", "energy_wh", _J_PER_WH),
    ("ghg", "grams", "ghg_g", 1.0),
    ("water", "litres", "water_ml", _L_PER_ML),
)


def _everyone() -> CollectorRegistry | None:
    """The counters of all workers, where several add them up in files."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return None
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class Metrics:
    """Counters in memory; `take` costs microseconds and never waits."""

    def __init__(self, policy_version: Callable[[], str] | None = None) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._registry: CollectorRegistry = CollectorRegistry()
        self._children: dict[tuple[Any, ...], Any] = {}
        self._names, self._teams = Bounded(), Bounded()
        self._requests = self._counter(
            Counter, "sobrio_requests", "Requests", "outcome", "rule", "requested_model", "model", "team"
        )
        self._tokens = self._counter(Counter, "sobrio_tokens", "Tokens", "model", "type")
        self._failures = self._counter(Counter, "sobrio_failed_calls", "Failed calls", "deployment")
        self._uncovered = self._counter(
            Counter, "sobrio_uncovered_requests", "Requests without an impact figure", "reason"
        )
        self._realised = self._impacts(Counter, "", ("model", "evidence", "bound"))
        self._compared = self._impacts(Counter, "_compared", ("equivalence", "bound"))
        self._reference = self._impacts(Counter, "_reference", ("equivalence", "bound"))
        self._router = self._counter(Counter, "sobrio_router_energy_joules", "The router's own energy")
        self._duration = {
            name: Histogram(
                f"sobrio_{name}_duration_seconds", help, ("cache",), buckets=_SECONDS, registry=self._registry
            )
            for name, help in (
                ("route", "Time to the decision"),
                ("first_byte", "Time to the first byte of the answer"),
                ("request", "Time to the last byte of the answer"),
            )
        }
        self._policy_version = policy_version

    def take(self, receipt: Receipt) -> None:
        """Count one booked request."""
        model = receipt.decision.model if receipt.decision else ""
        asked, team = self._names(receipt.requested_model), self._teams(receipt.caller.team)
        rule = receipt.decision.rule if receipt.decision else ""
        self._child(self._requests, receipt.outcome, rule, asked, model, team).inc()
        self._take_calls(receipt)
        self._take_times(receipt)
        self._child(self._router).inc(receipt.router_energy_wh * _J_PER_WH)
        if receipt.realised is None or receipt.realised.energy_wh is None:
            self._child(self._uncovered, receipt.caveats[0] if receipt.caveats else "unknown").inc()
        else:
            self._add(self._realised, receipt.realised, model, receipt.realised.evidence)
        if receipt.realised and receipt.reference:
            self._add(self._compared, receipt.realised, receipt.equivalence)
            self._add(self._reference, receipt.reference, receipt.equivalence)

    def text(self) -> bytes:
        """The exposition text (format 0.0.4)."""
        from prometheus_client import generate_latest

        return generate_latest(_everyone() or self._registry) + self._policy()

    def _policy(self) -> bytes:
        """By hand: the counting library cannot forget an old version where several workers count."""
        if self._policy_version is None:
            return b""
        head = "# HELP sobrio_policy_info The policy in force\n# TYPE sobrio_policy_info gauge\n"
        return f'{head}sobrio_policy_info{{version="{self._policy_version()}"}} 1.0\n'.encode()

    def _take_calls(self, receipt: Receipt) -> None:
        for each in receipt.activities:
            if each.metered:
                self._child(self._tokens, each.model.name, "input").inc(each.input_tokens)
                self._child(self._tokens, each.model.name, "output").inc(each.output_tokens)
        for failure in receipt.failures:
            self._child(self._failures, failure.deployment).inc()

    def _take_times(self, receipt: Receipt) -> None:
        latency = receipt.latency
        measured = zip(
            self._duration.values(), (latency.route_ms, latency.first_byte_ms, latency.total_ms), strict=True
        )
        for histogram, ms in measured:
            if ms is not None:
                self._child(histogram, receipt.cache).observe(ms / 1000)

    def _add(self, counters: dict[str, Counter], impacts: Impacts, *labels: str) -> None:
        for name, _, field, factor in _CRITERIA:
            quantity = getattr(impacts, field)
            if quantity is not None:
                for bound in _BOUNDS:
                    amount = getattr(quantity, bound) * factor
                    self._child(counters[name], *labels, bound).inc(max(0.0, amount))

    def _child(self, metric: Any, *labels: str) -> Any:
        """The labelled child, kept: looking it up by its labels costs four times as much."""
        key = (metric, *labels)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = metric.labels(*labels) if labels else metric
        return child

    def _counter(self, kind: type[Counter], name: str, help: str, *labels: str) -> Counter:
        return kind(name, help, labels, registry=self._registry)

    def _impacts(self, kind: type[Counter], which: str, labels: tuple[str, ...]) -> dict[str, Counter]:
        """One counter for each criterion. P5, P50 and P95 add up to bounds that are wider than the sum's."""
        return {
            name: self._counter(kind, f"sobrio{which}_{name}_{unit}", f"{name} in {unit}", *labels)
            for name, unit, _, _ in _CRITERIA
        }
