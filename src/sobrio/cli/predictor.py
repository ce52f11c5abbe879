"""`sobrio predictor`: the shipped predictor and how it is made."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sobrio.cli import output
from sobrio.cli.options import Json

app = typer.Typer(help="The predictor of quality and output length.", no_args_is_help=True)


@app.callback()
def predictor() -> None:
    """The predictor of quality and output length."""


@app.command()
def train(
    data: Annotated[Path, typer.Option("--data", help="Folder that holds routing/ and models.csv.")],
    out: Annotated[Path, typer.Option("--out", help="File to write, such as predictor.npz.")],
    json: Json = False,
) -> None:
    """Train the shipped predictor anew; the same data give the same file."""
    from sobrio.understand.train import train as trained

    report = asdict(trained(data, out))
    if json:
        output.document(report)
    else:
        output.table(f"wrote {out}", ("", ""), ((name, str(value)) for name, value in report.items()))
