"""The whole life of real prompts on a real local model: no key, no service to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sobrio.demo.options import DemoOptions

if TYPE_CHECKING:
    from rich.console import Console

    from sobrio.demo.result import DemoResult

__all__ = ["DemoOptions", "run"]


def run(options: DemoOptions, console: Console) -> DemoResult:
    """Runs the demo, shows its progress and its table on `console`, and writes the report.

    Raises a `SobrioError` with one clear line when it cannot be carried out.
    """
    from sobrio.demo.tour import tour  # here, since the local model's process imports this package too

    return tour(options, console)
