"""The avoided statement: by equivalence, by mechanism, by reference. Never netted, never clipped."""

from __future__ import annotations

from sobrio.report.books import Books
from sobrio.report.document import AvoidedStatement, Baseline, Comparison, Declarations, Series
from sobrio.report.valuation import Valuation
from sobrio.terms.impacts import CRITERIA, Avoided, Equivalence

_APART: tuple[Equivalence, ...] = ("predicted", "unverified", "not comparable")


def avoided_statement(books: Books, valuation: Valuation, idle_wh: float) -> AvoidedStatement:
    """The idle energy of the middleware is charged to the verified requests in full."""
    counts = books.standings()
    verified = valuation.comparison(books.tally("verified"), idle_wh=idle_wh)
    return AvoidedStatement(
        verified=verified,
        apart={name: _apart(books, valuation, name) for name in _APART if counts[name]},
        by_mechanism=_by_mechanism(books, valuation),
        counts=dict(sorted(counts.items())),
        burden_shift=burden_shift(verified.avoided),
    )


def burden_shift(avoided: Avoided | None) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Criteria that fall and criteria that rise; `None` unless there are both."""
    centrals = {name: each.central for name in CRITERIA if (each := getattr(avoided, name, None)) is not None}
    falls = tuple(name for name, value in centrals.items() if value > 0)
    rises = tuple(name for name, value in centrals.items() if value < 0)
    return (falls, rises) if falls and rises else None


def series(books: Books, valuation: Valuation, declared: Declarations, start: str) -> tuple[Series, ...]:
    """One series per reference model, in the order of their first use."""
    spans = sorted(books.references.items(), key=lambda item: (item[1].first, item[0]))
    return tuple(
        _one_series(books, valuation, reference, (span.first, span.last), declared, start)
        for reference, span in spans
    )


def _one_series(
    books: Books,
    valuation: Valuation,
    reference: str,
    span: tuple[str, str],
    declared: Declarations,
    start: str,
) -> Series:
    policies = {cell.policy for cell in books.cells if cell.reference == reference}
    baseline = _baseline(declared, reference)
    tally = books.tally("verified", reference=reference)
    return Series(
        reference=reference,
        policies=tuple(sorted(policies)),
        first=span[0],
        last=span[1],
        declared=baseline,
        fixed_before_period=baseline.since[:10] <= start if baseline and baseline.since else None,
        verified=valuation.comparison(tally),
        evidence=valuation.impacts(books.tally(reference=reference).references).evidence,
    )


def _baseline(declared: Declarations, reference: str) -> Baseline | None:
    return next((each for each in declared.baselines if each.model == reference), None)


def _apart(books: Books, valuation: Valuation, equivalence: Equivalence) -> Comparison:
    return valuation.comparison(books.tally(equivalence), equivalence)


def _by_mechanism(books: Books, valuation: Valuation) -> dict[str, Comparison]:
    used = sorted({cell.mechanism for cell in books.cells if cell.standing == "verified"})
    return {name: valuation.comparison(books.tally("verified", name)) for name in used}
