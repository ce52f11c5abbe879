"""A period in short: the totals of a report, for whoever asks a running gateway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import msgspec

from sobrio.impact import Estimator
from sobrio.report.builder import build
from sobrio.report.document import Breakdown, Comparison, Report
from sobrio.terms.receipt import Receipt


def summary(
    receipts: Iterable[Receipt],
    *,
    estimator: Estimator,
    first: date,
    last: date,
    by: tuple[str, ...] = (),
    now: datetime | None = None,
) -> bytes:
    """JSON on the receipts of `first` to `last` (UTC days, both included).

    Realised, reference and avoided stand side by side and are never netted; avoided stands apart for
    each class of equivalence. Raises `InputError` for an unknown dimension.
    """
    report = build(
        receipts, estimator=estimator, period_start=first, period_end=last, by=by or ("model",), now=now
    )
    return msgspec.json.encode(_said(report, by))


def _said(report: Report, by: tuple[str, ...]) -> dict[str, Any]:
    statement = report.avoided
    return {
        "period": {"from": report.period_start, "to": report.period_end},
        "generated_at": report.generated_at,
        "method": report.realised.method,
        "requests": {**asdict(report.requests), "failed": report.quality.failures},
        "coverage": report.coverage,
        "realised": report.realised.as_dict(),
        "router": report.router.impacts.as_dict(),
        "avoided": {
            name: _sides(each) for name, each in {"verified": statement.verified, **statement.apart}.items()
        },
        "by": [_rows(each) for each in report.breakdowns] if by else [],
        "caveats": report.caveats,
    }


def _sides(comparison: Comparison) -> dict[str, Any]:
    reference, avoided = comparison.reference, comparison.avoided
    return {
        "requests": comparison.requests,
        "realised": comparison.realised.as_dict(),
        "reference": None if reference is None else reference.as_dict(),
        "avoided": None if avoided is None else avoided.as_dict(),
    }


def _rows(breakdown: Breakdown) -> dict[str, Any]:
    rows = [
        {
            **dict(zip(breakdown.by, row.labels, strict=True)),
            "requests": row.requests,
            "cached": row.cached,
            "uncovered": row.uncovered,
            "input_tokens": row.input_tokens,
            "output_tokens": row.output_tokens,
            "realised": row.realised.as_dict(),
            "verified": row.verified,
            "avoided": None if row.avoided is None else row.avoided.as_dict(),
        }
        for row in breakdown.rows
    ]
    return {"dimensions": breakdown.by, "rows": rows}
