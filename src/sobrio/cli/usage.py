"""A command that was written wrongly: one line, and where to read on."""

from __future__ import annotations

from typing import Final, cast

import typer

# typer brings a click of its own, whose UsageError it does not export
UsageError: Final = cast("type[Exception]", typer.BadParameter.__base__)


def one_line(error: Exception) -> str:
    """What is wrong and which help says more; the help itself where nothing was asked for."""
    said: str = error.format_message()  # type: ignore[attr-defined]
    if said.startswith("Usage:"):
        return said
    context: typer.Context | None = error.ctx  # type: ignore[attr-defined]
    command = "sobrio" if context is None else context.command_path
    problem = " ".join(said.split()).removesuffix(".")
    return f"sobrio: {problem[:1].lower()}{problem[1:]}; see `{command} --help`"
