"""`sobrio policy`: the policy file."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sobrio.cli import output
from sobrio.cli.options import Json

app = typer.Typer(help="The policy file.", no_args_is_help=True)


@app.callback()
def policy() -> None:
    """The policy file."""


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="The shipped default when left out.")] = None,
    json: Json = False,
) -> None:
    """Read a policy and look for mistakes. Exit 0: none, if some notes; 1: mistakes; 2: it cannot be read."""
    from sobrio.catalog import Catalog
    from sobrio.policy import load_policy
    from sobrio.policy.check import check as findings_of

    found = load_policy(file, Catalog.default(), os.environ)
    findings = findings_of(found)
    mistakes = sum(each.level == "mistake" for each in findings)
    if json:
        output.document(
            {"policy": found.source, "version": found.version, "findings": [asdict(f) for f in findings]}
        )
    else:
        for each in findings:
            output.line(f"{found.source}: {each.level}: {each.message}")
        notes = len(findings) - mistakes
        output.line(
            f"{found.source}: {mistakes} mistakes, {notes} notes, {len(found.rules)} rules, "
            f"version {found.version}"
        )
    if mistakes:
        raise typer.Exit(1)
