"""The demo: real prompts, through the real gateway, to a real model, with a receipt each."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sobrio.assemble import declarations, open_rooms
from sobrio.demo.exchange import Exchange, exchanges
from sobrio.demo.gateway import gateway
from sobrio.demo.options import DemoOptions
from sobrio.demo.prompts import prompts
from sobrio.demo.result import DemoResult
from sobrio.demo.scene import Scene, metered, scene
from sobrio.demo.stopwatch import Stopwatch
from sobrio.errors import InputError
from sobrio.impact import Estimator
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
    folder = _emptied(options.out / "demo")
    with ExitStack() as stack:
        here = scene(options, folder, stack, watch)
        with watch.part("gateway"):
            rooms = stack.enter_context(open_rooms(here.policy, data_dir=folder, environ=here.environ))
            rooms = metered(rooms, here.pid)
            base_url = stack.enter_context(gateway(rooms))
        with watch.part("prompts"):
            done = _sent(base_url, options, console)
        policy = rooms.policy()
    with watch.part("report"):
        report = _report(done, policy)
        files = write(report, options.out, ("html", "json"))
    result = _result(done, report, files, here, folder, watch)
    show(result, console)
    return result


def _emptied(folder: Path) -> Path:
    """Answers remembered from an earlier run would make this one look better than it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in (path for pattern in _OLD for path in folder.glob(pattern)):
            old.unlink()
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}; choose another with --out") from None
    return folder


def _sent(base_url: str, options: DemoOptions, console: Console) -> list[Exchange]:
    from rich.progress import track

    chosen = prompts(options.limit)
    sent = exchanges(base_url, chosen, options.max_tokens, Estimator())
    return list(track(sent, "Prompts", total=len(chosen), console=console))


def _report(done: Sequence[Exchange], policy: Policy) -> Report:
    days = sorted(each.receipt.at[:10] for each in done)
    return build(
        (each.receipt for each in done),
        estimator=Estimator(),
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
