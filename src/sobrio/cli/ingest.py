"""`sobrio cache ingest`: your own documents as passages."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sobrio.cli import output
from sobrio.cli.options import DataDir, Json, PolicyFile

if TYPE_CHECKING:
    from sobrio.policy import CachePolicy
    from sobrio.recall.passages import Ingestion

Docs = Annotated[Path, typer.Argument(help="A folder of Markdown, text, HTML and PDF files, or one of them.")]
Scope = Annotated[
    str, typer.Option("--scope", help="Who may read them: a tenant, or TENANT/TEAM for one team of it.")
]

Drop = Annotated[bool, typer.Option("--drop", help="Drop what came from DOCS, which may be gone.")]


def ingest(
    docs: Docs,
    scope: Scope = "default",
    drop: Drop = False,
    policy: PolicyFile = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Take in documents, replace the changed, drop the vanished. Exit 1 when a file cannot be read."""
    from contextlib import closing

    from rich.markup import escape

    from sobrio.assemble import home, open_library
    from sobrio.encode import encoder_named
    from sobrio.recall import passages

    if not drop:
        passages.check_scope(scope)
    terms = cache_terms(policy)
    with (
        closing(open_library(terms, home(data_dir))) as library,
        output.prose().status(f"Reading {escape(str(docs))}") as status,  # silent where there is no terminal
    ):

        def progress(name: str, ready: int, of: int) -> None:
            status.update(f"{escape(name)}: {ready:,} of {of:,} passages")

        done = (
            passages.drop(library, docs, scope=scope)
            if drop
            else passages.ingest(
                library, docs, scope=scope, encoder=encoder_named(terms.encoder), progress=progress
            )
        )
        left_out = passages.told(library.left_out())
    if left_out:
        output.prose().print(left_out, markup=False, highlight=False, soft_wrap=True)
    if json:
        output.document(asdict(done))
    else:
        _print(done)
    if done.failed:
        raise typer.Exit(1)


def cache_terms(policy: Path | None) -> CachePolicy:
    """What the policy says of the caches, with the server that the environment names."""
    import os
    from dataclasses import replace

    from sobrio.catalog import Catalog
    from sobrio.policy import load_policy

    terms = load_policy(policy, Catalog.default(), os.environ).cache
    return replace(terms, url=terms.url or os.environ.get("SOBRIO_REDIS_URL") or None)


def _print(done: Ingestion) -> None:
    for name, reason in done.failed:
        output.prose().print(f"{name}: {reason}", markup=False, highlight=False, soft_wrap=True)
    output.line(
        f"{len(done.added)} added, {len(done.changed)} changed, {len(done.dropped)} dropped, "
        f"{done.unchanged} unchanged, {len(done.failed)} not read; {done.passages} new passages in scope "
        f"'{done.scope}'"
    )
    if done.skipped:
        output.line("skipped: " + ", ".join(f"{count} {kind}" for kind, count in done.skipped))
