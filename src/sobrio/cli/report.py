"""`sobrio report`: a period, from the ledger."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sobrio.cli import output
from sobrio.cli.options import DataDir, Json, PolicyFile
from sobrio.errors import InputError


class Language(StrEnum):
    en = "en"
    fr = "fr"


def report(
    since: Annotated[str | None, typer.Option("--from", help="First day, such as 2026-11-01.")] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Last day, included; today when left out.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Breakdowns, separated by commas.")] = "team,model",
    lang: Annotated[Language, typer.Option("--lang")] = Language.en,
    formats: Annotated[str, typer.Option("--format", help="html, json, or both.")] = "html,json",
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("sobrio-report"),
    policy: PolicyFile = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Write the report on a period: realised impact and, apart from it, avoided impact."""
    from sobrio.assemble import declarations, home, open_ledger
    from sobrio.catalog import Catalog
    from sobrio.impact import Estimator
    from sobrio.policy import load_policy
    from sobrio.report import build
    from sobrio.report.files import write

    wanted = [part.strip() for part in formats.split(",") if part.strip()]
    declared = declarations(load_policy(policy, Catalog.default(), os.environ))
    first, last = _period(since, until)
    ledger = open_ledger(home(data_dir))
    try:
        made = build(
            ledger.receipts(first.isoformat(), (last + timedelta(days=1)).isoformat()),
            estimator=Estimator(),
            period_start=first,
            period_end=last,
            by=tuple(part.strip() for part in by.split(",") if part.strip()),
            lang=lang.value,
            declared=declared,
        )
    finally:
        ledger.shutdown()
    written = write(made, out, wanted)
    if json:
        output.document({"report": [str(path) for path in written], "requests": made.requests.total})
    else:
        output.line(f"{made.requests.total} requests from {first} to {last}: {', '.join(map(str, written))}")


def _period(since: str | None, until: str | None) -> tuple[date, date]:
    today = datetime.now(UTC).date()
    last = _day(until, "--to") if until else today
    first = _day(since, "--from") if since else last - timedelta(days=29)
    return first, last


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} takes a day such as 2026-11-01, not {text!r}") from None
