"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="Policy file; the shipped default when left out.")
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", envvar="SOBRIO_HOME", help="Where the ledger and the cache live."),
]
