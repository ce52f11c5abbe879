"""`sobrio report`: a period, from the ledger."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sobrio.cli import output
from sobrio.cli.kept import kept_ledger
from sobrio.cli.options import DataDir, Json, PolicyFile
from sobrio.cli.period import Since, Until, bounds, period


class Language(StrEnum):
    en = "en"
    fr = "fr"


def report(
    since: Since = None,
    until: Until = None,
    by: Annotated[str, typer.Option("--by", help="Breakdowns, separated by commas.")] = "team,model",
    lang: Annotated[Language, typer.Option("--lang")] = Language.en,
    formats: Annotated[str, typer.Option("--format", help="html, json, or both.")] = "html,json",
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("sobrio-report"),
    equivalences: Annotated[
        bool, typer.Option("--equivalences", help="Add everyday equivalents, apart from every claim.")
    ] = False,
    policy: PolicyFile = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Write the report on a period: realised impact and, apart from it, avoided impact."""
    from sobrio.assemble import declarations
    from sobrio.catalog import Catalog
    from sobrio.catalog.hourly import configured
    from sobrio.impact import Estimator
    from sobrio.policy import load_policy
    from sobrio.report import build, with_equivalences
    from sobrio.report.files import write

    wanted = [part.strip() for part in formats.split(",") if part.strip()]
    declared = declarations(load_policy(policy, Catalog.default(), os.environ))
    first, last = period(since, until)
    with kept_ledger(data_dir) as ledger:
        made = build(
            ledger.receipts(*bounds(first, last)),
            estimator=Estimator(hourly=configured(os.environ)),
            period_start=first,
            period_end=last,
            by=tuple(part.strip() for part in by.split(",") if part.strip()),
            lang=lang.value,
            declared=declared,
        )
    made = with_equivalences(made) if equivalences else made
    written = write(made, out, wanted)
    if json:
        output.document({"report": [str(path) for path in written], "requests": made.requests.total})
    else:
        output.line(f"{made.requests.total} requests from {first} to {last}: {', '.join(map(str, written))}")
