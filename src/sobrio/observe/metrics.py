"""Prometheus metrics. Names, units and labels as docs/metrics.md lists them.

There is no counter of avoided impact on purpose: it can be negative. Realised and reference are both
exported, for the same requests, and a dashboard subtracts them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sobrio.observe.bounded import Bounded
from sobrio.terms.impacts import Impacts
from sobrio.terms.receipt import Receipt

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram

_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_BOUNDS: Final = ("low", "central", "high")
_J_PER_WH: Final = 3600.0
_L_PER_ML: Final = 0.001
_CRITERIA: Final = (
    ("energy", "joules", "energy_wh", _J_PER_WH),
    ("ghg", "grams", "ghg_g", 1.0),
    ("water", "litres", "water_ml", _L_PER_ML),
)
_SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
_CARRY_EVERY_S: Final = 1.0
_MOST_TIMES: Final = 500
"""Requests whose durations wait; a request waits some milliseconds while so many are carried."""

Sums: TypeAlias = dict[tuple[str, ...], list[float]]
"""For each metric and its labels what has been added since the counters were last brought up to date."""


class Metrics:
    """`take` adds a few numbers to a table; the counters themselves are moved when somebody looks.

    Where several workers count, somebody may look at any moment, so each moves its own every second.
    """

    def __init__(self, policy_version: Callable[[], str] | None = None) -> None:
        from prometheus_client import CollectorRegistry

        self._registry: CollectorRegistry = CollectorRegistry()
        self._counters = dict(_counters(self._registry))
        self._durations = dict(_durations(self._registry))
        self._names, self._teams = Bounded(), Bounded()
        self._sums: Sums = {}
        self._times: list[tuple[str, float | None, float | None, float]] = []
        self._lock = threading.Lock()
        self._policy_version = policy_version
        if _SHARED in os.environ:
            threading.Thread(target=self._carry_now_and_then, name="metrics", daemon=True).start()

    def take(self, receipt: Receipt) -> None:
        """Count one booked request."""
        decision, realised, latency = receipt.decision, receipt.realised, receipt.latency
        model, rule = (decision.model, decision.rule) if decision else ("", "")
        asked, team = self._names(receipt.requested_model), self._teams(receipt.caller.team)
        with self._lock:
            self._add(("requests", receipt.outcome, rule, asked, model, team, str(receipt.status)), (1.0,))
            self._add(("router",), (receipt.router_energy_wh * _J_PER_WH,))
            self._take_calls(receipt)
            if receipt.recalled is not None:
                layer = "exact" if receipt.recalled.similarity is None else "semantic"
                self._add(("recalled", layer, receipt.recalled.use), (1.0,))
            levels = _levels(realised) if realised else []
            if realised is None or realised.energy_wh is None:
                self._add(("uncovered", receipt.caveats[0] if receipt.caveats else "unknown"), (1.0,))
            else:
                self._add(("realised", model, realised.evidence), levels)
            if realised and receipt.reference:
                self._add(("compared", receipt.equivalence), levels)
                self._add(("reference", receipt.equivalence), _levels(receipt.reference))
            self._times.append((receipt.cache, latency.route_ms, latency.first_byte_ms, latency.total_ms))
            if len(self._times) >= _MOST_TIMES:
                self._carry()

    def text(self) -> bytes:
        """The exposition text (format 0.0.4)."""
        from prometheus_client import generate_latest

        with self._lock:
            self._carry()
        return generate_latest(_everyone() or self._registry) + self._policy()

    def _take_calls(self, receipt: Receipt) -> None:
        for each in receipt.activities:
            if each.metered:
                self._add(("tokens", each.model.name), (each.input_tokens, each.output_tokens))
        for failure in receipt.failures:
            self._add(("failed", failure.deployment), (1.0,))

    def _add(self, key: tuple[str, ...], amounts: Sequence[float]) -> None:
        sums = self._sums.get(key)
        if sums is None:
            self._sums[key] = list(amounts)
            return
        for place, amount in enumerate(amounts):
            sums[place] += amount

    def _carry(self) -> None:
        """From the table to the counters."""
        for (name, *labels), amounts in self._sums.items():
            for counter, more, amount in zip(*_spread(self._counters, name), amounts, strict=True):
                if amount > 0:  # an unknown criterion adds nothing, and no sample that says nought
                    (counter.labels(*labels, *more) if labels or more else counter).inc(amount)
        for cache, *times in self._times:
            for histogram, ms in zip(self._durations.values(), times, strict=True):
                if ms is not None:
                    histogram.labels(cache).observe(ms / 1000)
        self._sums, self._times = {}, []

    def _carry_now_and_then(self) -> None:
        pause = threading.Event()
        while not pause.wait(_CARRY_EVERY_S):
            with self._lock:
                self._carry()

    def _policy(self) -> bytes:
        """By hand: the counting library cannot forget an old version where several workers count."""
        if self._policy_version is None:
            return b""
        head = "# HELP sobrio_policy_info The policy in force\n# TYPE sobrio_policy_info gauge\n"
        return f'{head}sobrio_policy_info{{version="{self._policy_version()}"}} 1.0\n'.encode()


def _levels(impacts: Impacts) -> list[float]:
    """P5, P50 and P95 of each criterion; nothing is added for an unknown one."""
    levels = []
    for _, _, field, factor in _CRITERIA:
        quantity = getattr(impacts, field)
        if quantity is None:
            levels += [0.0, 0.0, 0.0]
        else:
            levels += [quantity.low * factor, quantity.central * factor, quantity.high * factor]
    return levels


def _counters(registry: CollectorRegistry) -> Iterator[tuple[str, Counter]]:
    from prometheus_client import Counter

    def counter(name: str, help: str, *labels: str) -> Counter:
        return Counter(name, help, labels, registry=registry)

    told = ("outcome", "rule", "requested_model", "model", "team", "status")
    yield "requests", counter("sobrio_requests", "Requests", *told)
    yield "tokens", counter("sobrio_tokens", "Tokens", "model", "type")
    yield "failed", counter("sobrio_failed_calls", "Failed calls", "deployment")
    yield "recalled", counter("sobrio_recalled", "Kept answers that were found", "layer", "use")
    yield "uncovered", counter("sobrio_uncovered_requests", "Requests without an impact figure", "reason")
    yield "router", counter("sobrio_router_energy_joules", "The router's own energy")
    sides = (("realised", "", ("model", "evidence")), ("compared", "_compared", ("equivalence",)))
    for side, part, labels in (*sides, ("reference", "_reference", ("equivalence",))):
        for criterion, unit, _, _ in _CRITERIA:
            name = f"sobrio{part}_{criterion}_{unit}"
            yield f"{side} {criterion}", counter(name, f"{criterion} in {unit}", *labels, "bound")


def _durations(registry: CollectorRegistry) -> Iterator[tuple[str, Histogram]]:
    from prometheus_client import Histogram

    for name, help in (
        ("route", "Time to the decision"),
        ("first_byte", "Time to the first byte of the answer"),
        ("request", "Time to the last byte of the answer"),
    ):
        full = f"sobrio_{name}_duration_seconds"
        yield name, Histogram(full, help, ("cache",), buckets=_SECONDS, registry=registry)


def _spread(counters: dict[str, Counter], name: str) -> tuple[list[Counter], list[tuple[str, ...]]]:
    """The counter of each amount of a sum, and the label that the amount adds."""
    if name in ("realised", "compared", "reference"):
        each = [counters[f"{name} {criterion}"] for criterion, *_ in _CRITERIA for _ in _BOUNDS]
        return each, [(bound,) for _ in _CRITERIA for bound in _BOUNDS]
    if name == "tokens":
        return [counters[name]] * 2, [("input",), ("output",)]
    return [counters[name]], [()]


def _everyone() -> CollectorRegistry | None:
    """The counters of all workers, where several add them up in files."""
    if _SHARED not in os.environ:
        return None
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    registry: Any = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry  # type: ignore[no-any-return]
