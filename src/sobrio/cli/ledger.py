"""`sobrio ledger`: the receipts that were kept."""

from __future__ import annotations

from dataclasses import asdict

import typer

from sobrio.cli import output
from sobrio.cli.options import DataDir, Json

app = typer.Typer(help="The ledger of receipts.", no_args_is_help=True)


@app.callback()
def ledger() -> None:
    """The ledger of receipts."""


@app.command()
def verify(data_dir: DataDir = None, json: Json = False) -> None:
    """Check that every receipt can be read. Exit 1 when something is wrong."""
    from sobrio.assemble import home, open_ledger

    opened = open_ledger(home(data_dir))
    try:
        found = opened.verify()
    finally:
        opened.shutdown()
    if json:
        output.document(asdict(found))
    else:
        output.table("ledger", ("", ""), ((name, str(value)) for name, value in asdict(found).items()))
    if not found.sound:
        raise typer.Exit(1)
