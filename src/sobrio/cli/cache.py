"""`sobrio cache`: what is kept so that it need not be asked again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sobrio.cli import output
from sobrio.cli.ingest import cache_terms, ingest
from sobrio.cli.options import DataDir, Json, PolicyFile
from sobrio.errors import CacheError

if TYPE_CHECKING:
    from pathlib import Path

    from sobrio.recall import RedisStore, SqliteStore
    from sobrio.recall.passages import Library

app = typer.Typer(help="Kept answers, and the passages of your own documents.", no_args_is_help=True)
app.command()(ingest)

Scope = Annotated[str | None, typer.Option("--scope", help="The tenant whose entries go.")]
Everything = Annotated[bool, typer.Option("--all", help="Every tenant's.")]


@app.callback()
def cache() -> None:
    """Kept answers, and the passages of your own documents."""


@app.command()
def stats(policy: PolicyFile = None, data_dir: DataDir = None, json: Json = False) -> None:
    """How much is kept, and for whom."""
    with _answers(policy, data_dir) as answers:
        held = None if answers is None else answers.stats()
    with _passages(policy, data_dir) as library:
        shelves = [] if library is None else [asdict(each) for each in library.holdings()]
    figures: dict[str, Any] = {} if held is None else asdict(held)
    for of_one_process in ("hits", "misses"):
        figures.pop(of_one_process, None)
    if json:
        output.document({"answers": figures or None, "passages": shelves})
    else:
        _print(figures, shelves)


@app.command()
def clear(
    scope: Scope = None,
    everything: Everything = False,
    policy: PolicyFile = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Remove answers, questions, vectors, labels and passages of a tenant."""
    if (scope is None) != everything:
        raise CacheError("say whose: --scope TENANT, or --all")
    with _answers(policy, data_dir) as answers:
        removed = 0 if answers is None else answers.clear(scope)
        scopes = 0 if answers is None else answers.locked()
    with _passages(policy, data_dir) as library:
        before = 0 if library is None else library.left_out().locked
        passages = 0 if library is None else _cleared(library, scope)
        documents = 0 if library is None else library.left_out().locked
    said = f"{removed} answers and {passages} passages removed"
    if scope is not None and (scopes or documents):
        raise CacheError(
            f"{said}, but {_locked(scopes, documents)} here are sealed under another key, and whose they are "
            "cannot be told; set the SOBRIO_CACHE_KEY they were kept with, or remove all with --all"
        )
    if json:
        output.document(
            {"scope": scope, "answers": removed, "passages": passages, "sealed_documents": before}
        )
    else:
        output.line(f"{said}, {before} sealed documents too" if before else said)


def _locked(scopes: int, documents: int) -> str:
    parts = [(scopes, "scopes of answers"), (documents, "documents")]
    return " and ".join(f"{count} {what}" for count, what in parts if count)


def _cleared(library: Library, scope: str | None) -> int:
    """A tenant's passages and those of its teams, or one team's."""
    if scope is None:
        return library.clear()
    below = {each for each in library.scopes() if each.split("/")[0] == scope}
    return sum(library.clear(each) for each in sorted({scope, *below}))


@contextmanager
def _answers(policy: Path | None, data_dir: Path | None) -> Iterator[SqliteStore | RedisStore | None]:
    """The store that the policy names; `None` where it is a file that is not there."""
    from sobrio.assemble import home, open_cache
    from sobrio.recall import FILE

    terms, folder = cache_terms(policy), home(data_dir)
    if not (terms.url or (folder / FILE).exists()):
        yield None
        return
    with closing(open_cache(terms, folder)) as store:
        yield store


@contextmanager
def _passages(policy: Path | None, data_dir: Path | None) -> Iterator[Library | None]:
    """Brought up to date, where they lie on a server."""
    from sobrio.assemble import home, open_library
    from sobrio.recall.passages import Library, SharedLibrary

    terms, folder = cache_terms(policy), home(data_dir)
    if not (terms.url or (folder / Library.FILE).exists()):
        yield None
        return
    with closing(open_library(terms, folder)) as library:
        if isinstance(library, SharedLibrary):
            library.pull()
        yield library


def _print(figures: dict[str, Any], shelves: list[dict[str, Any]]) -> None:
    if not figures and not shelves:
        output.line("nothing is kept here")
        return
    if figures:
        size = "" if figures["bytes"] is None else f", {figures['bytes'] / 1e6:.1f} MB"
        output.line(
            f"{figures['entries']} answers, {figures['questions']} of them with their question, "
            f"{figures['labels']} labels{size}"
        )
    rows = [("answers", scope, str(count)) for scope, count in sorted(figures.get("scopes", {}).items())]
    rows += [("passages", each["scope"], str(each["passages"])) for each in shelves]
    output.table("", ("what", "scope", "entries"), rows)
