"""The ledger that a command reads: one that is there, never one made by the reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sobrio.errors import LedgerError

if TYPE_CHECKING:
    from sobrio.ledger import SqliteLedger


@contextmanager
def kept_ledger(data_dir: Path | None) -> Iterator[SqliteLedger]:
    """Raises `LedgerError` when the folder holds none, or one that cannot be read."""
    from sobrio.assemble import home, open_ledger

    folder = home(data_dir)
    if not (folder / "ledger.sqlite").exists():
        raise LedgerError(f"no ledger in {folder}; name the folder of `sobrio serve` with --data-dir")
    ledger = open_ledger(folder)
    try:
        yield ledger
    finally:
        ledger.shutdown()
