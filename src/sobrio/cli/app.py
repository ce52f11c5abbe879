"""`sobrio …`: nouns, then verbs. Exit 0 = done, 1 = the check found something, 2 = bad input."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sobrio import __version__
from sobrio.cli import cache, demo, estimate, explain, keys, ledger, models, policy, predictor, report, serve
from sobrio.cli.usage import UsageError, one_line
from sobrio.errors import SobrioError

app = typer.Typer(
    name="sobrio",
    help="Uses the smallest adequate model and shows the receipt.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo.demo)
app.command()(serve.serve)
app.command()(explain.explain)
app.command()(estimate.estimate)
app.command()(report.report)
app.add_typer(policy.app, name="policy")
app.add_typer(predictor.app, name="predictor")
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")
app.add_typer(ledger.app, name="ledger")
app.add_typer(cache.app, name="cache")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sobrio {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Uses the smallest adequate model and shows the receipt."""


def run() -> None:
    """One clear line for every error of ours; a traceback only for a bug."""
    try:
        sys.exit(app(standalone_mode=False))
    except SobrioError as error:
        sys.stderr.write(f"sobrio: {error.message}\n")
        sys.exit(2)
    except UsageError as error:
        sys.stderr.write(f"{one_line(error)}\n")
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
