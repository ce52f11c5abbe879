"""A ledger that is listened to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sobrio.terms.receipt import Receipt

if TYPE_CHECKING:
    from sobrio.terms.ports import Ledger


class Observed:
    """The `Ledger` port; each receipt goes to `listener` once it is booked."""

    def __init__(self, ledger: Ledger, listener: Callable[[Receipt], None]) -> None:
        self._ledger = ledger
        self._listener = listener
        self.open = ledger.open
        self.find = ledger.find

    def close(self, receipt: Receipt) -> None:
        self._ledger.close(receipt)
        self._listener(receipt)
