"""The command line."""

from __future__ import annotations


def main() -> None:
    from sobrio.cli.app import run

    run()
