"""A report as one HTML page: no script, no other file, readable on screen, on paper and aloud."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, get_args

from sobrio.report.chart import Chart, energy_chart, requests_chart
from sobrio.report.document import Mechanism, Report, Standing
from sobrio.report.language import Language, language
from sobrio.terms.impacts import CRITERIA, Avoided, Impacts
from sobrio.terms.model import Evidence
from sobrio.terms.quantity import Interval, Quantity
from sobrio.terms.receipt import Outcome

if TYPE_CHECKING:
    from jinja2 import Template


def to_html(report: Report) -> str:
    """The page in the report's language. The same report gives the same text."""
    words = language(report.lang)
    return _template(report.lang).render(
        report=report,
        words=words,
        criteria=CRITERIA,
        claim=claim(report, words),
        provenance=_provenance(report, words),
        charts=_charts(report, words),
        outcomes=[name for name in get_args(Outcome) if name in report.requests.by_outcome],
        standings=[name for name in get_args(Standing) if name in report.avoided.counts],
        mechanisms=[name for name in get_args(Mechanism) if name in report.avoided.by_mechanism],
        evidence=[name for name in get_args(Evidence) if name in report.method.evidence],
    )


def claim(report: Report, words: Language) -> str:
    """The one sentence on avoided greenhouse gases that the figures support, with its lower bound."""
    side = report.avoided.verified
    avoided = side.avoided
    if avoided is None or avoided.ghg_g is None:
        return words.text("avoided.nothing")
    key = _verdict(avoided.ghg_g)
    shown = _turned(avoided.ghg_g) if key == "avoided.induced" else avoided.ghg_g
    return words.text(
        key,
        when=words.period("when", report.period_start, report.period_end),
        low=_single(words, avoided.ghg_g, "low"),
        central=_single(words, shown, "central"),
        high=_single(words, avoided.ghg_g, "high"),
        chance=words.odds(avoided.p_positive),
        requests=words.count(side.requests),
        reference=avoided.reference,
    )


def _verdict(ghg: Quantity) -> str:
    if ghg.central < 0:
        return "avoided.induced"
    return "avoided.claim" if ghg.low > 0 else "avoided.no_claim"


def _turned(ghg: Quantity) -> Quantity:
    return Quantity(-ghg.high, -ghg.central, -ghg.low, unit=ghg.unit)


def _single(words: Language, quantity: Quantity, level: str) -> str:
    return words.amount(float(getattr(quantity, level)), quantity.unit)


def _charts(report: Report, words: Language) -> list[tuple[str, str, Chart]]:
    """Title, highest value in words, and columns of each drawing."""
    period = report.period_start, report.period_end
    requests = requests_chart(report.days, *period)
    energy = energy_chart(report.days, *period)
    return [
        (words.text("requests"), words.count(requests.highest), requests),
        (words.text("criterion.energy_wh"), words.amount(energy.highest, "Wh"), energy),
    ]


def _provenance(report: Report, words: Language) -> str:
    years = report.method.vintage
    vintage = (
        words.text("method.vintage.range", first=years[0], last=years[1])
        if years
        else words.text("method.vintage.none")
    )
    return words.text(
        "provenance",
        method=report.method.id,
        vintage=vintage,
        evidence=words.label("evidence", report.realised.evidence),
    )


@lru_cache(maxsize=4)
def _template(code: str) -> Template:
    """The compiled page for one language."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sobrio.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = language(code)
    environment.globals.update(t=words.text, label=words.label, span=_span, of=_of, names=_names(words))
    return environment.get_template("page.html")


def _names(words: Language) -> Callable[..., str]:
    return lambda group, names, joint=", ": joint.join(words.label(group, name) for name in names)


def _of(side: Impacts | Avoided | None, criterion: str) -> Quantity | None:
    found: Quantity | None = getattr(side, criterion, None)
    return found


def _span(interval: Interval | None, *others: Interval | None) -> tuple[float, float, float, float] | None:
    """Where P5, P50, P95 and zero lie on a line of 100 that holds `interval` and `others`."""
    if interval is None:
        return None
    every = [each for each in (interval, *others) if each is not None]
    least = min(0.0, *(float(each.low) for each in every))
    most = max(0.0, *(float(each.high) for each in every))
    width = (most - least) or 1.0
    return tuple(
        round((float(value) - least) / width * 100, 2)
        for value in (interval.low, interval.central, interval.high, 0.0)
    )  # type: ignore[return-value]
