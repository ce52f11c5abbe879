"""`sobrio ledger recompute`: a past period under another method, beside what was booked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sobrio.cli import output
from sobrio.cli.kept import kept_ledger
from sobrio.cli.options import DataDir, Json, PolicyFile
from sobrio.cli.period import Since, Until, bounds, period
from sobrio.errors import InputError
from sobrio.terms.impacts import CRITERIA

if TYPE_CHECKING:
    from sobrio.ledger import SqliteLedger
    from sobrio.report import Declarations, Report
    from sobrio.report.document import Comparison

Figures = dict[str, Any]


def recompute(
    method: Annotated[str, typer.Option("--method", help="sobrio-1 or ecologits.")],
    since: Since = None,
    until: Until = None,
    policy: PolicyFile = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Compute a past period under another method, from the stored activity. Changes nothing."""
    from sobrio.assemble import declarations
    from sobrio.catalog import Catalog
    from sobrio.policy import load_policy

    declared = declarations(load_policy(policy, Catalog.default(), os.environ))
    days = period(since, until)
    with kept_ledger(data_dir) as ledger:
        recomputed = _report(ledger, days, method, declared)
        booked = _report(ledger, days, _booked_with(ledger, days), declared)
    document = {
        "period": {"from": recomputed.period_start, "to": recomputed.period_end},
        "requests": recomputed.requests.total,
        "booked": _figures(booked),
        "recomputed": _figures(recomputed),
        "method": recomputed.realised.method,
    }
    if json:
        output.document(document)
    else:
        _print(document)


def _report(ledger: SqliteLedger, days: tuple[date, date], method: str, declared: Declarations) -> Report:
    from sobrio.catalog.hourly import configured
    from sobrio.impact import Estimator
    from sobrio.report import build

    return build(
        ledger.receipts(*bounds(*days)),
        estimator=Estimator(method, hourly=configured(os.environ)),
        period_start=days[0],
        period_end=days[1],
        by=("model",),
        declared=declared,
    )


def _booked_with(ledger: SqliteLedger, days: tuple[date, date]) -> str:
    methods = sorted({receipt.method for receipt in ledger.receipts(*bounds(*days))})
    if not methods:
        raise InputError(f"no receipts from {days[0]} to {days[1]}; choose a period with --from and --to")
    if len(methods) > 1:
        raise InputError(
            f"receipts from {days[0]} to {days[1]} were booked with {' and '.join(methods)}; "
            "choose a period with one of them with --from and --to"
        )
    return methods[0]


def _figures(report: Report) -> Figures:
    """`reference` and `avoided` are those of verified answers; all others stand apart, never added."""
    statement = report.avoided
    return {
        "method": report.realised.method,
        "calls": report.coverage.calls,
        "covered": report.coverage.covered,
        "realised": report.realised.as_dict(),
        **_sides(statement.verified),
        "apart": {name: _sides(each) for name, each in statement.apart.items()},
    }


def _sides(compared: Comparison) -> Figures:
    return {
        "compared": compared.requests,
        "reference": compared.reference.as_dict() if compared.reference else None,
        "avoided": compared.avoided.as_dict() if compared.avoided else None,
    }


def _print(document: Figures) -> None:
    booked, again = document["booked"], document["recomputed"]
    days = document["period"]
    output.table(
        f"{document['requests']} requests from {days['from']} to {days['to']}: P50 (P5 to P95)",
        ("", f"booked: {booked['method']}", f"recomputed: {again['method']}"),
        _rows(booked, again),
    )
    for side in (booked, again):
        caveats = ", ".join(_caveats(side)) or "none"
        output.line(
            f"{side['method']}: {side['covered']} of {side['calls']} calls covered; caveats: {caveats}"
        )


def _rows(booked: Figures, again: Figures) -> Iterator[tuple[str, str, str]]:
    yield from _block("realised", booked["realised"], again["realised"])
    kinds = dict.fromkeys((*booked["apart"], *again["apart"]))
    pairs = [("verified", booked, again)]
    pairs += [(kind, booked["apart"].get(kind, {}), again["apart"].get(kind, {})) for kind in kinds]
    for kind, one, other in pairs:
        if one.get("avoided") or other.get("avoided"):
            for side in ("reference", "avoided"):
                yield from _block(f"{side}, {kind}", one.get(side), other.get(side))


def _block(title: str, one: Figures | None, other: Figures | None) -> Iterator[tuple[str, str, str]]:
    yield title, "", ""
    for name in CRITERIA:
        yield f"  {name}", _figure(one, name), _figure(other, name)


def _figure(side: Figures | None, name: str) -> str:
    found = None if side is None else side[name]
    return "unknown" if found is None else "{central:.3g} ({low:.3g} to {high:.3g})".format_map(found)


def _caveats(side: Figures) -> list[str]:
    told = (side["realised"], *(each["avoided"] for each in (side, *side["apart"].values())))
    return list(dict.fromkeys(code for each in told if each is not None for code in each["caveats"]))
