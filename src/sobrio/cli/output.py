"""What commands print: data on stdout, prose on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from rich.console import Console


_WIDE = 1000
"""Columns where there is no terminal: what goes into a file or another program is not cut to fit one."""


@cache
def prose() -> Console:
    """The console for people, on stderr; honours NO_COLOR."""
    from rich.console import Console

    return Console(stderr=True)


def document(data: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def record(data: Any) -> None:
    """One JSON document on one line, for what is read while the command still runs."""
    sys.stdout.buffer.write(msgspec.json.encode(data) + b"\n")
    sys.stdout.buffer.flush()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table for people, on stdout since it is the answer."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else _WIDE).print(drawn)


def line(text: str) -> None:
    sys.stdout.write(text + "\n")


def figure(low: float, central: float, high: float, unit: str) -> str:
    """Three significant digits, never rounded to zero."""
    return f"{central:.3g} {unit} ({low:.3g} to {high:.3g})"
