"""Equivalences: the realised impact in everyday things. Off unless asked for, and in no claim."""

from __future__ import annotations

from dataclasses import replace

from sobrio.catalog import Equivalence, equivalences
from sobrio.report.annex import Everyday
from sobrio.report.document import Report
from sobrio.terms.quantity import Interval, Quantity


def with_equivalences(report: Report) -> Report:
    """`report` with its realised impact counted in the catalogue's equivalences, where it is known."""
    found = ((each, getattr(report.realised, each.criterion)) for each in equivalences())
    return replace(
        report,
        equivalences=tuple(_everyday(each, impact) for each, impact in found if impact is not None),
    )


def _everyday(each: Equivalence, impact: Quantity) -> Everyday:
    counts = (each.count(float(level)) for level in (impact.low, impact.central, impact.high))
    return Everyday(
        each.name,
        each.label,
        each.criterion,
        Interval(*counts),
        each.factor.source,
        each.factor.year,
    )
