"""`sobrio models`: the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sobrio.cli import output
from sobrio.cli.calibrate import calibrate
from sobrio.cli.options import Json
from sobrio.errors import InputError

if TYPE_CHECKING:
    from sobrio.terms.model import Model

app = typer.Typer(help="The catalogue of models.", no_args_is_help=True)
app.command()(calibrate)


@app.command("list")
def list_models(
    kind: Annotated[str | None, typer.Option("--kind", help="chat, embedding or image.")] = None,
    json: Json = False,
) -> None:
    """Every model with its size and how that size is known."""
    from sobrio.catalog import Catalog

    if kind not in (None, *("chat", "embedding", "image")):
        raise InputError(f"--kind is chat, embedding or image, not {kind!r}")
    found = [each for each in Catalog.default().listing() if kind in (None, each["kind"])]
    if json:
        output.document(found)
        return
    columns = ("model", "kind", "total B", "active B", "size known by", "released", "")
    output.table(f"{len(found)} models", columns, (_row(each) for each in found))


@app.command()
def show(name: str, json: Json = False) -> None:
    """One model: every fact with its source."""
    from sobrio.catalog import Catalog, entry_as_dict

    facts = entry_as_dict(Catalog.default().entry(name))
    if json:
        output.document(facts)
    else:
        output.table(facts["name"], ("fact", "value"), _facts(facts))


@app.command()
def add(
    name: str,
    total_params_b: Annotated[float, typer.Option("--total-params-b", help="Billions of parameters.")],
    active_params_b: Annotated[
        float | None, typer.Option("--active-params-b", help="Active per token, for a mixture of experts.")
    ] = None,
    family: Annotated[str, typer.Option("--family")] = "",
    released: Annotated[str, typer.Option("--released", help="ISO month, such as 2026-05.")] = "",
    context_tokens: Annotated[int | None, typer.Option("--context-tokens")] = None,
    weight_bits: Annotated[int | None, typer.Option("--weight-bits")] = None,
    ability: Annotated[
        list[str] | None, typer.Option("--ability", help="tools, vision, json, audio, documents or video.")
    ] = None,
    score: Annotated[
        list[str] | None, typer.Option("--score", help="A published score, such as mmlu_pro=0.55.")
    ] = None,
    reasoning: Annotated[bool, typer.Option("--reasoning", help="It thinks before each answer.")] = False,
    alias: Annotated[list[str] | None, typer.Option("--alias")] = None,
    source: Annotated[
        str, typer.Option("--source", help="Where these facts are from.")
    ] = "declared by the user",
    json: Json = False,
) -> None:
    """Add a model, or correct one; it is usable at once."""
    from sobrio.catalog import Catalog, default_path, entry_as_dict
    from sobrio.catalog import add as add_model
    from sobrio.terms.model import Model

    model = Model(
        name,
        total_params_b,
        active_params_b if active_params_b is not None else total_params_b,
        architecture="dense" if active_params_b in (None, total_params_b) else "moe",
        family=family,
        released=released,
        scores=dict(_score(each) for each in score or ()),
        reasoning=reasoning,
        weight_bits=weight_bits,
        context_tokens=context_tokens,
        abilities=frozenset(ability or ()),
        evidence="declared",
    )
    path, before = default_path(os.environ), Catalog.default().find(name)
    add_model(model, path, aliases=alias or (), source=source)
    facts = entry_as_dict(Catalog.default().entry(name))
    if json:
        output.document(facts)
    else:
        output.line(f"{name} is in {path}; see it with `sobrio models show {name}`")
        for note in _notes(model, before):
            output.prose().print(note, markup=False, highlight=False, soft_wrap=True)


def _notes(model: Model, before: Model | None) -> Iterable[str]:
    """What whoever adds a model may not have meant."""
    from sobrio.understand.published import SCALES, unread

    if before is not None:
        yield f"it takes the place of what was known of {before.name}: every fact, not only those given here"
    if strange := unread(model.scores or {}):
        yield f"the predictor reads no score named {', '.join(strange)}; it reads {', '.join(SCALES)}"


def _score(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise InputError(f"--score takes NAME=VALUE with a value in 0..1, not {text!r}") from None


def _row(facts: dict[str, Any]) -> tuple[str, ...]:
    return (
        facts["name"],
        facts["kind"],
        _size(facts["total_params_b"]),
        _size(facts["active_params_b"]),
        facts["evidence"],
        facts["released"] or "unknown",
        "stale" if facts["stale"] else "",
    )


def _size(size: Any) -> str:
    if size is None:
        return "unknown"
    return f"{size[0]:g} to {size[1]:g}" if isinstance(size, (list, tuple)) else f"{size:g}"


def _facts(facts: dict[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in facts.items():
        if isinstance(value, dict):
            yield from _facts(value, f"{prefix}{name}.")
        else:
            yield prefix + name, _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return "unknown"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
