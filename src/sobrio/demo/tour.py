"""The demo: real prompts, through the real gateway, to a real model, with a receipt each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sobrio.assemble import declarations, open_ledger, open_rooms
from sobrio.catalog.hourly import configured
from sobrio.demo.exchange import Exchange, exchanges
from sobrio.demo.options import DemoOptions
from sobrio.demo.prompts import prompts
from sobrio.demo.result import DemoResult
from sobrio.demo.scene import Scene, metered, scene
from sobrio.demo.stopwatch import Stopwatch
from sobrio.errors import InputError
from sobrio.gateway import application, running
from sobrio.impact import Estimator
from sobrio.ledger import SqliteLedger
from sobrio.policy import Policy
from sobrio.report import Report, build
from sobrio.report.files import write

if TYPE_CHECKING:
    from rich.console import Console

_OLD = ("ledger.sqlite*", "cache.sqlite*", "spool/*")


def tour(options: DemoOptions, console: Console) -> DemoResult:
    """Sends every prompt, shows its progress and its table on `console`, and writes the report.

    Raises a `SobrioError` with one clear line when it cannot be carried out.
    """
    from sobrio.demo.show import show

    watch = Stopwatch()
    folder = _made(options.out / "demo")
    with ExitStack() as around:
        here = scene(options, folder, around, watch)
        ledger = around.enter_context(_ledger(_emptied(folder)))
        with ExitStack() as stack:
            with watch.part("gateway"):
                rooms = stack.enter_context(open_rooms(here.policy, data_dir=folder, environ=here.environ))
                rooms = metered(rooms, here.pid)
                base_url = stack.enter_context(running(application(rooms)))
            with watch.part("prompts"):
                done = _sent(base_url, options, console, ledger)
            policy = rooms.policy()
        with watch.part("report"):
            report = _report(ledger, done, policy)
            files = write(report, options.out, ("html", "json"))
    result = _result(done, report, files, here, folder, watch)
    show(result, console)
    return result


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}; choose another with --out") from None
    return folder


def _emptied(folder: Path) -> Path:
    """Answers remembered from an earlier run would make this one look better than it is.

    Called once there is something to run on: a run that cannot begin leaves the last one as it is.
    """
    try:
        for old in (path for pattern in _OLD for path in folder.glob(pattern)):
            old.unlink()
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}; choose another with --out") from None
    return folder


@contextmanager
def _ledger(folder: Path) -> Iterator[SqliteLedger]:
    """The gateway's own ledger, opened beside it as a reviewer would."""
    ledger = open_ledger(folder)
    try:
        yield ledger
    finally:
        ledger.shutdown()


def _sent(base_url: str, options: DemoOptions, console: Console, ledger: SqliteLedger) -> list[Exchange]:
    from rich.progress import track

    chosen = prompts(options.limit)
    sent = exchanges(base_url, chosen, options.max_tokens, ledger)
    return list(track(sent, "Prompts", total=len(chosen), console=console))


def _report(ledger: SqliteLedger, done: Sequence[Exchange], policy: Policy) -> Report:
    """What `sobrio report` says about the same ledger and policy file."""
    days = sorted(each.receipt.at[:10] for each in done)
    return build(
        ledger.receipts(),
        estimator=Estimator(hourly=configured(os.environ)),
        period_start=date.fromisoformat(days[0]),
        period_end=date.fromisoformat(days[-1]),
        by=("model",),
        declared=declarations(policy),
    )


def _result(
    done: Sequence[Exchange],
    report: Report,
    files: tuple[Path, ...],
    here: Scene,
    folder: Path,
    watch: Stopwatch,
) -> DemoResult:
    return DemoResult(done, report, files, here.policy, folder, here.where, watch.seconds)
