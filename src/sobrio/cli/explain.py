"""`sobrio explain`: what would be decided, without calling anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from sobrio.cli import output
from sobrio.cli.options import DataDir, Json, PolicyFile
from sobrio.errors import InputError


def explain(
    file: Annotated[
        Path | None, typer.Option("-f", "--file", help="A chat request as JSON; - reads standard input.")
    ] = None,
    prompt: Annotated[str | None, typer.Option("--prompt", help="A single user message instead.")] = None,
    model: Annotated[
        str, typer.Option("--model", help="The model asked for, with --prompt.")
    ] = "sobrio/auto",
    policy: PolicyFile = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Decide without calling: the assessment, every candidate, the decision and why."""
    from sobrio.assemble import open_rooms
    from sobrio.route import explain as explained
    from sobrio.route import receive
    from sobrio.terms.request import Caller

    request = receive(_body(file, prompt, model), {}, Caller())
    with open_rooms(policy, data_dir=data_dir) as rooms:
        answer = explained(request, rooms)
    if json:
        output.document(answer)
    else:
        _print(answer)


def _body(file: Path | None, prompt: str | None, model: str) -> bytes:
    if (file is None) == (prompt is None):
        raise InputError("give either --prompt TEXT or -f request.json")
    if prompt is not None:
        return msgspec.json.encode({"model": model, "messages": [{"role": "user", "content": prompt}]})
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(str(file)).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None


def _print(answer: dict[str, Any]) -> None:
    assessment, decision = answer["assessment"], answer["decision"]
    if assessment:
        output.line(
            f"task {assessment['task']}, language {assessment['language']}, "
            f"difficulty {assessment['difficulty']:.2f}, confidence {assessment['confidence']:.2f}"
        )
        for reason in assessment["reasons"]:
            output.line(f"  because {reason}")
    rows = [_row(each, decision) for each in answer["candidates"]]
    output.table("", ("", "model", "quality", "output tokens", "Wh", "turned down because"), rows)
    if decision is not None:
        output.line(f"decision: {decision['deployment']}, by rule '{decision['rule']}'")
        output.line(f"why: {decision['why']}; decided in {answer['route_ms']:.2f} ms")
    if answer["caveats"]:
        output.line(f"caveats: {', '.join(answer['caveats'])}")
    if answer["refused"]:
        output.line(f"not to be called from here: {answer['refused']}")


def _row(candidate: dict[str, Any], decision: dict[str, Any] | None) -> tuple[str, ...]:
    chosen = decision is not None and candidate["deployment"] == decision["deployment"]
    figures = (candidate["expected_quality"], candidate["expected_output_tokens"], candidate["energy_wh"])
    return (
        "->" if chosen else "",
        candidate["model"],
        *("" if each is None else f"{each:.3g}" for each in figures),
        candidate["refused"] or "",
    )
