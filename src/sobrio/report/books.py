"""One pass over receipts: everything a report needs, summed into cells that can be regrouped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sobrio.report.document import Mechanism, Standing
from sobrio.report.tally import Tally, merged
from sobrio.terms.activity import Activity
from sobrio.terms.decision import Candidate, Decision
from sobrio.terms.receipt import Receipt

Dimension = Callable[[Receipt], str]

COMPARED: frozenset[Standing] = frozenset({"verified", "predicted", "unverified"})

_UNANSWERED = frozenset({"refused", "decided-not-called"})

_MECHANISMS: dict[str, Mechanism] = {"exact": "cache", "semantic": "cache", "no-model": "no model"}

_TOKENS = ("input_tokens", "output_tokens", "cached_tokens")


class Cell(NamedTuple):
    """What receipts of one tally have in common."""

    labels: tuple[str, ...]
    standing: Standing
    mechanism: Mechanism
    reference: str
    policy: str


@dataclass(slots=True)
class Span:
    """How often something occurred, first and last."""

    requests: int = 0
    first: str = ""
    last: str = ""

    def see(self, at: str) -> None:
        self.requests += 1
        self.first = min(self.first or at, at)
        self.last = max(self.last, at)


@dataclass(slots=True)
class Predicted:
    """Central predictions for decisions that could not be carried out."""

    requests: int = 0
    predicted: int = 0
    energy_wh: float = 0.0
    ghg_g: float = 0.0

    def see(self, decision: Decision) -> None:
        self.requests += 1
        chosen = _chosen(decision)
        if chosen is not None and chosen.energy_wh is not None and chosen.ghg_g is not None:
            self.predicted += 1
            self.energy_wh += chosen.energy_wh
            self.ghg_g += chosen.ghg_g


@dataclass(slots=True)
class Weighed:
    """What one rule's decisions weighed."""

    requests: int = 0
    candidates: int = 0
    lesser_considered: int = 0
    without_model: int = 0

    def see(self, receipt: Receipt, decision: Decision) -> None:
        self.requests += 1
        self.candidates = max(self.candidates, len(decision.candidates))
        self.lesser_considered += _weighed_less(decision)
        self.without_model += receipt.outcome in _MECHANISMS


@dataclass(slots=True)
class Books:
    """`known` says whether an activity's energy can be estimated at all, `timed` gives it its hour."""

    dimensions: tuple[Dimension, ...]
    known: Callable[[Activity], bool]
    timed: Callable[[Activity, str], Activity]
    cells: dict[Cell, Tally] = field(default_factory=dict)
    days: dict[str, Tally] = field(default_factory=dict)
    callers: set[tuple[str | None, ...]] = field(default_factory=set)
    evidence: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    """Answered requests by equivalence, whether or not their impact is known."""
    caveats: Counter[str] = field(default_factory=Counter)
    uncovered: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    tokens: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_TOKENS, 0.0))
    escalations: int = 0
    failures: int = 0
    policies: dict[str, Span] = field(default_factory=dict)
    references: dict[str, Span] = field(default_factory=dict)
    not_called: dict[tuple[str, str], Predicted] = field(default_factory=dict)
    rules: dict[str, Weighed] = field(default_factory=dict)

    def add(self, receipt: Receipt) -> None:
        standing = self._standing(receipt)
        self._count(receipt)
        self._trace(receipt)
        self.checks[receipt.equivalence] += standing != "not answered"
        tally = self.cells.setdefault(self._cell(receipt, standing), Tally())
        day = self.days.setdefault(receipt.at[:10], Tally())
        for each in (tally, day):
            each.requests += 1
            each.outcomes[receipt.outcome] += 1
            each.router_cpu_seconds += receipt.router_cpu_seconds
        for activity in receipt.activities:
            self._book(self.timed(activity, receipt.at), (tally, day))
        reference = receipt.reference_activity
        if reference is not None and standing in COMPARED:
            tally.references.add(self.timed(reference, receipt.at))

    def tally(
        self,
        standing: Standing | None = None,
        mechanism: Mechanism | None = None,
        reference: str | None = None,
    ) -> Tally:
        """The sum of all cells, or of those with the given standing, mechanism and reference."""
        wanted = (standing, mechanism, reference)
        return merged(
            tally
            for cell, tally in self.cells.items()
            if all(want in (None, has) for want, has in zip(wanted, cell[1:4], strict=True))
        )

    def standings(self) -> Counter[str]:
        """Requests by standing."""
        counts: Counter[str] = Counter()
        for cell, tally in self.cells.items():
            counts[cell.standing] += tally.requests
        return counts

    def groups(
        self, positions: tuple[int, ...]
    ) -> Iterator[tuple[tuple[str, ...], list[tuple[Cell, Tally]]]]:
        """Cells by the labels at `positions`, in the order of the labels."""
        grouped: dict[tuple[str, ...], list[tuple[Cell, Tally]]] = {}
        for cell, tally in self.cells.items():
            grouped.setdefault(tuple(cell.labels[i] for i in positions), []).append((cell, tally))
        yield from sorted(grouped.items())

    def _cell(self, receipt: Receipt, standing: Standing) -> Cell:
        return Cell(
            labels=tuple(label(receipt) for label in self.dimensions),
            standing=standing,
            mechanism=_MECHANISMS.get(receipt.outcome, "routing"),
            reference=_reference(receipt),
            policy=receipt.policy,
        )

    def _standing(self, receipt: Receipt) -> Standing:
        if receipt.outcome in _UNANSWERED or receipt.status >= 400:
            return "not answered"
        if receipt.equivalence == "not comparable":
            return "not comparable"
        if receipt.reference_activity is None:
            return "no reference"
        both = (*receipt.activities, receipt.reference_activity)
        return receipt.equivalence if all(map(self.known, both)) else "unknown impact"

    def _count(self, receipt: Receipt) -> None:
        caller = receipt.caller
        self.callers.add((caller.tenant, caller.team, caller.app, caller.key_id))
        self.caveats.update(set(receipt.caveats))
        self.evidence[receipt.realised.evidence if receipt.realised else "unknown"] += 1
        self.escalations += any(each.role == "escalation" for each in receipt.activities)
        self.failures += receipt.status >= 400 and receipt.outcome not in _UNANSWERED
        self.policies.setdefault(receipt.policy, Span()).see(receipt.at)
        if receipt.reference_activity is not None:
            self.references.setdefault(_reference(receipt), Span()).see(receipt.at)

    def _trace(self, receipt: Receipt) -> None:
        decision = receipt.decision
        if decision is None:
            return
        self.rules.setdefault(decision.rule, Weighed()).see(receipt, decision)
        if receipt.outcome == "decided-not-called":
            self.not_called.setdefault((decision.model, decision.rule), Predicted()).see(decision)

    def _book(self, activity: Activity, tallies: tuple[Tally, ...]) -> None:
        self.calls += int(activity.requests)
        for name in _TOKENS:
            self.tokens[name] += getattr(activity, name)
        if not self.known(activity):
            self.uncovered[activity.model.name] += int(activity.requests)
        for tally in tallies:
            if self.known(activity):
                tally.realised.add(activity)
            else:
                tally.uncovered += int(activity.requests)


def kept(receipts: Iterable[Receipt], books: Books, start: str, end: str) -> Books:
    """`books` with every receipt received from the day `start` to the day `end`, both included."""
    for receipt in receipts:
        if start <= receipt.at[:10] <= end:
            books.add(receipt)
    return books


def _reference(receipt: Receipt) -> str:
    activity = receipt.reference_activity
    return activity.model.name if activity else ""


def _chosen(decision: Decision) -> Candidate | None:
    return next((each for each in decision.candidates if each.deployment == decision.deployment), None)


def _weighed_less(decision: Decision) -> bool:
    """Was anything weighed that is expected to use less energy than the reference?"""
    energies = {each.model: each.energy_wh for each in decision.candidates if each.energy_wh is not None}
    reference = energies.get(decision.reference or "")
    return reference is not None and min(energies.values()) < reference
