"""`sobrio ledger`: the receipts that were kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from sobrio.cli import output
from sobrio.cli.kept import kept_ledger
from sobrio.cli.options import DataDir, Json
from sobrio.cli.recompute import recompute

if TYPE_CHECKING:
    from sobrio.ledger import Verification

app = typer.Typer(help="The ledger of receipts.", no_args_is_help=True)
app.command()(recompute)


@app.callback()
def ledger() -> None:
    """The ledger of receipts."""


@app.command()
def verify(data_dir: DataDir = None, json: Json = False) -> None:
    """Check that no receipt or judgement was changed, or taken out from between others; exit 1 otherwise.

    What is cut off the end leaves no trace: compare the counts with those of an earlier check.
    """
    with kept_ledger(data_dir) as opened:
        found = opened.verify()
    if json:
        output.document(asdict(found))
    else:
        _print(found)
    if not found.whole:
        raise typer.Exit(1)


def _print(found: Verification) -> None:
    for problem in found.problems:
        output.line(problem)
    for receipt_id, at in found.unfinished:
        output.line(f"receipt {receipt_id}, begun {at}, was never finished: its worker died on the way")
    output.line(
        f"{found.receipts} receipts, {found.judgements} judgements, {len(found.problems)} problems, "
        f"{len(found.unfinished)} unfinished"
    )
