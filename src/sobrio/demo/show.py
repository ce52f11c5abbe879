"""The demo's table and its closing words, for people."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sobrio.demo.exchange import Exchange
from sobrio.demo.result import DemoResult
from sobrio.terms.impacts import Avoided, Impacts
from sobrio.terms.quantity import Interval, Number
from sobrio.terms.receipt import Receipt

if TYPE_CHECKING:
    from rich.console import Console

_PASSED = {True: "pass", False: "fail", None: "–"}
_NARROW = 110
"""Terminals with fewer columns go without the task and the check, which avoided tells as well."""
_NARROWEST = 78
"""With fewer than these there is no table: every prompt has lines of its own."""
_TITLE = "Energy in mWh: P50 (P5–P95)"
_LONGEST_PROMPT = 60
_LONGEST_NAME = 18


def show(result: DemoResult, console: Console) -> None:
    """The prompt's column gives way where the terminal is narrow; figures are never broken."""
    reasons = _Reasons()
    if console.width < _NARROWEST:
        for line in _listed(result.exchanges, reasons):
            console.print(Text(line))
    else:
        console.print(_table(result.exchanges, reasons, narrow=console.width < _NARROW))
    console.print("\nWhy:")
    console.print(_explained(reasons))
    for line in _summary(result):
        console.print(Text(line))
    for line in (f"Report: {result.files[0]}", "", *_next(result)):
        console.print(Text(line), soft_wrap=True)


class _Reasons:
    """Sentences met before get their letter again."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def letter(self, reason: str) -> str:
        return self._letters.setdefault(reason, _letter(len(self._letters)))

    def lines(self) -> Sequence[tuple[str, str]]:
        return [(letter, reason) for reason, letter in self._letters.items()]


def _letter(index: int) -> str:
    """a to z, then aa, ab, …"""
    before, rest = divmod(index, 26)
    return ("" if before == 0 else _letter(before - 1)) + chr(ord("a") + rest)


def _explained(reasons: _Reasons) -> Table:
    grid = Table.grid(padding=(0, 2))
    for letter, reason in reasons.lines():
        grid.add_row(Text(f"  {letter}"), Text(reason))
    return grid


def _listed(exchanges: Sequence[Exchange], reasons: _Reasons) -> Iterator[str]:
    yield _TITLE
    for each in exchanges:
        yield ""
        yield _prompt(each).plain[:_LONGEST_PROMPT]
        yield f"  {_model(each, reasons)}"
        yield f"  realised {_realised(each)}"
        yield f"  avoided {_avoided(each)}"


def _table(exchanges: Sequence[Exchange], reasons: _Reasons, *, narrow: bool) -> Table:
    table = Table(
        box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, header_style="bold", title_justify="left"
    )
    table.title = _TITLE
    table.add_column("prompt", max_width=_LONGEST_PROMPT)
    shown = slice(1, -1) if narrow else slice(None)
    for column in ("task", "model [why]", "realised", "avoided", "check")[shown]:
        table.add_column(Text(column), no_wrap=True)
    for each in exchanges:
        cells = (_task(each), _model(each, reasons), _realised(each), _avoided(each), _PASSED[each.passed])
        table.add_row(_prompt(each), *(Text(cell) for cell in cells[shown]))
    return table


def _prompt(exchange: Exchange) -> Text:
    """On one line, however long; the column's width cuts it."""
    return Text(" ".join(exchange.prompt.prompt.split()), no_wrap=True, overflow="ellipsis")


def _task(exchange: Exchange) -> str:
    assessment = exchange.receipt.assessment
    return assessment.task if assessment else "not assessed"


def _model(exchange: Exchange, reasons: _Reasons) -> str:
    receipt = exchange.receipt
    if receipt.outcome == "exact":
        return f"cache [{reasons.letter('word for word the same request')}]"
    if receipt.decision is None:
        return f"refused [{reasons.letter(receipt.error or 'no reason given')}]"
    letters = reasons.letter(receipt.decision.why)
    if _failed(receipt):
        letters += f" {reasons.letter(receipt.error or 'no reason given')}"
    return f"{_short(receipt.decision.deployment)} [{letters}]"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _failed(receipt: Receipt) -> bool:
    return receipt.status >= 400 and receipt.outcome not in ("refused", "decided-not-called")


def _realised(exchange: Exchange) -> str:
    receipt = exchange.receipt
    if receipt.outcome == "decided-not-called":
        predicted = _predicted(receipt)
        return "–" if predicted is None else f"≈{mwh(predicted)}"
    energy = receipt.realised.energy_wh if receipt.realised else None
    return "unknown" if energy is None else _interval(energy)


def _avoided(exchange: Exchange) -> str:
    """Only an answer that passed its check has avoided anything."""
    receipt = exchange.receipt
    if receipt.outcome == "decided-not-called":
        return "not called"
    if _failed(receipt):
        return "failed"
    avoided = receipt.avoided
    if avoided is None or avoided.energy_wh is None:
        return "–"
    return _interval(avoided.energy_wh) if avoided.equivalence == "verified" else avoided.equivalence


def _predicted(receipt: Receipt) -> float | None:
    """Wh that the chosen deployment was expected to use."""
    decision = receipt.decision
    if decision is None:
        return None
    return next(each.energy_wh for each in decision.candidates if each.deployment == decision.deployment)


def _interval(interval: Interval) -> str:
    return f"{mwh(interval.central)} ({mwh(interval.low, 2)}–{mwh(interval.high, 2)})"


def mwh(wh: Number, digits: int = 3) -> str:
    """Significant digits, never rounded to zero and never in powers of ten."""
    value = float(wh) * 1000
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{float(f'{value:.{digits}g}'):.{places}f}"


def _summary(result: DemoResult) -> list[str]:
    document = result.as_dict()
    verified, checks = result.report.avoided.verified, document["checks"]
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(document["outcomes"].items()))
    return [
        "",
        f"{document['requests']} requests on {result.where}: {outcomes}.",
        f"Checks: {checks['passed']} passed, {checks['failed']} failed, {checks['unchecked']} unchecked.",
        f"Realised, every answer and the router: {_total(result.report.realised)}.",
        f"Router alone: {document['router_overhead_wh'] * 1000:.3g} mWh.",
        f"The {verified.requests} verified answers alone:",
        f"  realised {_total(verified.realised)}",
        f"  reference {_total(verified.reference)}",
        f"  avoided {_total(verified.avoided)}",
        "Modelled figures, not for public claims. What was decided but not called counts on neither side.",
        "Time: " + ", ".join(f"{name} {value:.1f} s" for name, value in result.seconds.items()) + ".",
    ]


def _total(impacts: Impacts | Avoided | None) -> str:
    energy = impacts.energy_wh if impacts else None
    return "unknown" if energy is None else f"{_interval(energy)} mWh"


def _next(result: DemoResult) -> list[str]:
    policy, data, sobrio = result.policy, result.data_dir, _program()
    return [
        "Next:",
        f"  {sobrio} explain --policy {policy} --prompt \"Translate 'good morning' into French.\"",
        f"  {sobrio} report --data-dir {data} --policy {policy}",
        f"  {sobrio} ledger verify --data-dir {data}",
        f"  {sobrio} ledger recompute --data-dir {data} --policy {policy} --method ecologits",
        f"  {sobrio} estimate --model mistral-large-instruct-2407 --input-tokens 500 --output-tokens 300",
        f"  {sobrio} demo --base-url http://127.0.0.1:11434/v1",
    ]


def _program() -> str:
    """The command that started this, so that a line can be pasted where `sobrio` is not on the path."""
    started = Path(sys.argv[0])
    return str(started) if started.name == "sobrio" and shutil.which("sobrio") is None else "sobrio"
