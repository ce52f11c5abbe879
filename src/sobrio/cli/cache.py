"""`sobrio cache`: what is kept so that it need not be asked again."""

from __future__ import annotations

import typer

from sobrio.cli.ingest import ingest

app = typer.Typer(help="Kept answers, and the passages of your own documents.", no_args_is_help=True)
app.command()(ingest)


@app.callback()
def cache() -> None:
    """Kept answers, and the passages of your own documents."""
