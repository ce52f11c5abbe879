"""A report over a ledger's receipts: totals, empty periods, unknown impacts, bad input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from sobrio.errors import InputError
from sobrio.ledger import SqliteLedger
from sobrio.report import Report, from_json, to_html, to_json
from sobrio.terms.receipt import Receipt

Reported = Callable[..., Report]


def test_every_request_is_counted_once(report: Report, month: tuple[Receipt, ...]) -> None:
    assert report.requests.total == len(month) == sum(report.requests.by_outcome.values())
    assert sum(report.avoided.counts.values()) == len(month)
    for table in report.breakdowns:
        assert sum(row.requests for row in table.rows) == len(month)


def test_json_gives_the_report_back(report: Report) -> None:
    again = from_json(to_json(report))
    assert to_html(again) == to_html(report)
    assert again.requests == report.requests and again.method == report.method


def test_the_same_ledger_gives_the_same_bytes(reported: Reported, month: tuple[Receipt, ...]) -> None:
    assert to_json(reported(month)) == to_json(reported(iter(month)))
    assert to_html(reported(month)) == to_html(reported(list(month)))


def test_receipts_outside_the_period_are_left_out(reported: Reported, month: tuple[Receipt, ...]) -> None:
    early = replace(month[0], at="2026-09-30T23:59:59Z")
    last = replace(month[0], at="2026-10-31T23:59:59.5Z")
    assert reported([early, last]).requests.total == 1


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_an_empty_period_has_a_page(reported: Reported, lang: str) -> None:
    report = reported([], lang=lang)
    assert report.requests.total == 0
    assert report.avoided.verified.avoided is None
    assert ("No request was received" if lang == "en" else "Aucune requête") in to_html(report)


def test_one_receipt_makes_a_report(reported: Reported, month: tuple[Receipt, ...]) -> None:
    report = reported(month[:1])
    assert report.requests.total == report.avoided.verified.requests == 1
    assert report.realised.energy_wh is not None and report.realised.energy_wh.low > 0


def test_days_that_used_nothing_have_a_page(reported: Reported, month: tuple[Receipt, ...]) -> None:
    idle = [
        replace(each, router_cpu_seconds=0.0, activities=(), reference_activity=None) for each in month[:3]
    ]
    report = reported(idle)
    assert len(report.days) == 3
    assert "Day by day" in to_html(report)


def test_one_day_is_said_as_one_day(reported: Reported, month: tuple[Receipt, ...]) -> None:
    page = to_html(reported(month[:1], period_end="2026-10-01"))
    assert "On 1 October 2026, " in page
    assert "1 October 2026 to" not in page


def test_what_cannot_be_called_is_no_error(reported: Reported, month: tuple[Receipt, ...]) -> None:
    uncalled = [replace(each, status=503) for each in month if each.outcome == "decided-not-called"]
    report = reported(uncalled)
    assert report.quality.failures == 0
    assert [(each.requests, each.predicted) for each in report.not_called] == [(1, 1)]


def test_a_model_of_unknown_size_is_never_zero(reported: Reported, month: tuple[Receipt, ...]) -> None:
    unknown = [each for each in month if any(a.model.name == "mystery-1" for a in each.activities)]
    report = reported(unknown)
    assert report.coverage.covered == 0
    assert report.coverage.uncovered == {"mystery-1": 1}
    assert report.avoided.counts == {"unknown impact": 1}
    rows = next(table.rows for table in report.breakdowns if table.by == ("model",))
    assert [(row.labels, row.uncovered) for row in rows] == [(("mystery-1",), 1)]
    assert "1 not covered" in to_html(report)


def test_an_unknown_dimension_is_one_clear_line(reported: Reported) -> None:
    with pytest.raises(InputError, match="did you mean 'team'"):
        reported([], by=("teams",))


def test_a_period_must_not_end_before_it_starts(reported: Reported) -> None:
    with pytest.raises(InputError, match="before it starts"):
        reported([], period_end="2026-09-01")


def test_a_date_that_is_none_is_refused(reported: Reported) -> None:
    with pytest.raises(InputError, match="2026-10-31"):
        reported([], period_start="October")


def test_an_unknown_language_is_refused(reported: Reported) -> None:
    with pytest.raises(InputError, match="en or fr"):
        reported([], lang="de")


def test_activity_is_summed_not_listed(reported: Reported, month: tuple[Receipt, ...]) -> None:
    once, often = reported(month[:8]), reported(month[:8] * 50)
    assert len(once.method.realised_activities) == len(often.method.realised_activities)


def test_a_ledger_gives_the_same_figures_as_its_receipts(
    reported: Reported, month: tuple[Receipt, ...], tmp_path: Path
) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.sqlite", tmp_path / "spool")
    for receipt in month:
        ledger.close(receipt)
    report = reported(ledger.receipts("2026-10-01", "2026-11-01"))
    ledger.shutdown()
    assert to_json(report) == to_json(reported(month))


def test_checks_are_counted_where_the_impact_is_unknown_too(report: Report) -> None:
    assert (report.quality.passed, report.quality.failed, report.quality.unchecked) == (13, 1, 4)
    assert report.avoided.verified.requests == 12


def test_every_bucket_says_what_it_does_not_know(report: Report) -> None:
    buckets = {"verified": report.avoided.verified, **report.avoided.apart}
    caveats = {name: each.avoided.caveats for name, each in buckets.items() if each.avoided}
    assert "unverified" not in caveats["verified"]
    assert "unverified" in caveats["predicted"] and "unverified" in caveats["unverified"]
    assert {each.avoided.equivalence for each in buckets.values() if each.avoided} <= set(buckets)


def test_a_reference_has_its_evidence_though_no_answer_was_verified(
    reported: Reported, month: tuple[Receipt, ...]
) -> None:
    unchecked = [replace(each, equivalence="unverified") for each in month if each.reference_activity]
    series = reported(unchecked).series
    assert series[0].verified.reference is None and series[0].evidence == "estimate"
    assert "niveau de preuve : inconnu" not in to_html(reported(unchecked, lang="fr")).lower()


def test_a_call_nobody_counted_is_not_covered_and_in_no_total(
    reported: Reported, month: tuple[Receipt, ...]
) -> None:
    first = month[0]
    failed = replace(first.activities[0], input_tokens=0, output_tokens=0, metered=False)
    tried = reported([replace(first, activities=(failed, *first.activities))])
    assert tried.coverage.calls - tried.coverage.covered == 1
    assert tried.avoided.counts == {"unknown impact": 1}


def test_the_hours_of_calls_are_used_where_they_are_known(
    report: Report, month: tuple[Receipt, ...], hourly: Report
) -> None:
    """Every hour of October at half of France's average: half of the use phase, whatever the day."""
    assert hourly.realised.method == "sobrio-1+hourly"
    assert hourly.realised.ghg_g is not None and report.realised.ghg_g is not None
    assert float(hourly.realised.ghg_g.parts["use"].central) < float(
        report.realised.ghg_g.parts["use"].central
    )
    assert hourly.realised.energy_wh == report.realised.energy_wh
