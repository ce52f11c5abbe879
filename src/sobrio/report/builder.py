"""From receipts to a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from sobrio.errors import InputError
from sobrio.impact import Estimator
from sobrio.report.annex import Policy, Route
from sobrio.report.avoided import avoided_statement, series
from sobrio.report.books import Books, kept
from sobrio.report.breakdown import breakdowns
from sobrio.report.dimension import dimensions
from sobrio.report.disclosure import disclosure, inventory
from sobrio.report.document import (
    Coverage,
    Day,
    Declarations,
    NotCalled,
    Quality,
    Rebound,
    Report,
    Requests,
    Router,
)
from sobrio.report.gates import gates
from sobrio.report.method import method
from sobrio.report.valuation import Valuation
from sobrio.terms.impacts import Impacts
from sobrio.terms.receipt import Receipt

LANGUAGES = ("en", "fr")

_PUBLIC_EVIDENCE = frozenset({"measured", "disclosed"})


def build(
    receipts: Iterable[Receipt],
    *,
    estimator: Estimator,
    period_start: date | str,
    period_end: date | str,
    by: Sequence[str] = ("team", "model"),
    lang: str = "en",
    now: datetime | None = None,
    declared: Declarations | None = None,
) -> Report:
    """The report on the receipts received from `period_start` to `period_end` (UTC days, both included).

    The same receipts, catalogue and `now` give the same report. Raises `InputError` for an unknown
    dimension or language, a date that is none, and a period that ends before it starts.
    """
    if lang not in LANGUAGES:
        raise InputError(f"No report in {lang!r}; choose {' or '.join(LANGUAGES)}.")
    start, end = _bounds(period_start, period_end)
    valuation = Valuation(estimator)
    books = kept(receipts, Books(dimensions(by), valuation.known, valuation.timed), start, end)
    return _report(books, valuation, declared or Declarations(), (start, end), tuple(by), lang, now)


def _report(
    books: Books,
    valuation: Valuation,
    declared: Declarations,
    period: tuple[str, str],
    by: tuple[str, ...],
    lang: str,
    now: datetime | None,
) -> Report:
    realised = valuation.total(books.tally(), declared.idle_wh)
    statement = avoided_statement(books, valuation, declared.idle_wh)
    told_apart = series(books, valuation, declared, period[0])
    return Report(
        period_start=period[0],
        period_end=period[1],
        generated_at=(now or datetime.now(UTC)).isoformat(timespec="seconds"),
        lang=lang,
        by=by,
        requests=_requests(books),
        coverage=_coverage(books),
        realised=realised,
        router=_router(books, valuation, declared.idle_wh, realised),
        inventory=inventory(books, valuation, declared),
        avoided=statement,
        series=told_apart,
        days=_days(books, valuation),
        breakdowns=breakdowns(books, valuation, by),
        quality=_quality(books, statement.verified.realised, statement.verified.reference),
        rebound=_rebound(books),
        not_called=_not_called(books),
        routes=_routes(books),
        disclosure=disclosure(books, valuation, declared, realised, statement.verified.avoided),
        gates=gates(realised, statement, told_apart),
        caveats=dict(sorted(books.caveats.items())),
        policies=_policies(books),
        method=method(books, realised.method, valuation.estimator.machine),
        public_claims_allowed=_public(books, realised, statement.verified.reference),
    )


def _public(books: Books, realised: Impacts, reference: Impacts | None) -> bool:
    """Is everything known, and known from measurement or disclosure, on both sides?"""
    sides = [realised] if reference is None else [realised, reference]
    return (
        books.calls > 0 and not books.uncovered and all(each.evidence in _PUBLIC_EVIDENCE for each in sides)
    )


def _bounds(start: date | str, end: date | str) -> tuple[str, str]:
    try:
        first, last = (date.fromisoformat(str(each)) for each in (start, end))
    except ValueError as error:
        raise InputError(f"{error}; write dates as 2026-10-31.") from error
    if last < first:
        raise InputError(f"The period ends ({last}) before it starts ({first}); exchange the dates.")
    return first.isoformat(), last.isoformat()


def _requests(books: Books) -> Requests:
    whole = books.tally()
    return Requests(
        total=whole.requests,
        by_outcome=dict(sorted(whole.outcomes.items())),
        **books.tokens,
    )


def _coverage(books: Books) -> Coverage:
    uncovered = dict(sorted(books.uncovered.items()))
    return Coverage(books.calls, books.calls - sum(uncovered.values()), uncovered)


def _router(books: Books, valuation: Valuation, idle_wh: float, realised: Impacts) -> Router:
    seconds = books.tally().router_cpu_seconds
    own = valuation.impacts((), seconds, idle_wh)
    return Router(seconds, idle_wh, own, _share(own, realised))


def _share(part: Impacts, whole: Impacts) -> float | None:
    if part.energy_wh is None or whole.energy_wh is None or not whole.energy_wh.central:
        return None
    return float(part.energy_wh.central / whole.energy_wh.central)


def _quality(books: Books, realised: Impacts, reference: Impacts | None) -> Quality:
    checks = books.checks
    outcomes = books.tally().outcomes
    return Quality(
        passed=checks["verified"],
        failed=checks["not comparable"],
        unchecked=checks["predicted"] + checks["unverified"],
        escalations=books.escalations,
        fallbacks=outcomes["fallback"],
        refusals=outcomes["refused"],
        failures=books.failures,
        break_even_escalation_rate=_break_even(realised, reference),
    )


def _break_even(realised: Impacts, reference: Impacts | None) -> float | None:
    """1 - r - q, with r and q the energy of the routed call and of the router over the reference's."""
    if reference is None or reference.energy_wh is None or realised.energy_wh is None:
        return None
    return 1.0 - float(realised.energy_wh.central / reference.energy_wh.central)


def _days(books: Books, valuation: Valuation) -> tuple[Day, ...]:
    days = sorted(books.days.items())
    return tuple(Day(day, tally.requests, valuation.total(tally)) for day, tally in days)


def _rebound(books: Books) -> Rebound:
    requests, callers = books.tally().requests, len(books.callers)
    tokens = books.tokens["input_tokens"] + books.tokens["output_tokens"]
    return Rebound(
        requests=requests,
        callers=callers,
        tokens=tokens,
        tokens_per_caller=tokens / callers if callers else None,
        tokens_per_request=tokens / requests if requests else None,
    )


def _not_called(books: Books) -> tuple[NotCalled, ...]:
    return tuple(
        NotCalled(
            model=model,
            rule=rule,
            requests=each.requests,
            predicted=each.predicted,
            energy_wh=each.energy_wh if each.predicted else None,
            ghg_g=each.ghg_g if each.predicted else None,
        )
        for (model, rule), each in sorted(books.not_called.items())
    )


def _routes(books: Books) -> tuple[Route, ...]:
    return tuple(
        Route(rule, each.requests, each.candidates, each.lesser_considered, each.without_model)
        for rule, each in sorted(books.rules.items())
    )


def _policies(books: Books) -> tuple[Policy, ...]:
    spans = sorted(books.policies.items(), key=lambda item: item[1].first)
    return tuple(Policy(version, each.requests, each.first, each.last) for version, each in spans)
