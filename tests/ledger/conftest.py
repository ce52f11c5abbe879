"""A ledger in a directory of its own, and receipts to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sobrio.ledger import SqliteLedger
from sobrio.terms.activity import Activity
from sobrio.terms.decision import Decision
from sobrio.terms.model import Model
from sobrio.terms.receipt import Latency, Receipt
from sobrio.terms.request import Caller


def _receipt(receipt_id: str, at: str = "2026-11-01T10:00:00.000Z") -> Receipt:
    return Receipt(
        id=receipt_id,
        at=at,
        outcome="routed",
        caller=Caller(tenant="acme", team="hr"),
        requested_model="sobrio/auto",
        status=200,
        cache="miss",
        latency=Latency(2.0, None, 30.0),
        router_cpu_seconds=0.002,
        router_energy_wh=1e-5,
        activities=(Activity(Model("small", active_params_b=(7.0, 9.0)), 10, 20),),
        decision=Decision("small", "small", "rest", "The smallest.", "large", 0.95, "abc"),
    )


@pytest.fixture
def receipt() -> Callable[..., Receipt]:
    return _receipt


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], SqliteLedger]]:
    """Opens the ledger of the test's directory, as each worker does."""
    ledgers: list[SqliteLedger] = []

    def make() -> SqliteLedger:
        ledgers.append(SqliteLedger(tmp_path / "ledger.sqlite", tmp_path / "spool"))
        return ledgers[-1]

    yield make
    for each in ledgers:
        each.shutdown()


@pytest.fixture
def ledger(opened: Callable[[], SqliteLedger]) -> SqliteLedger:
    return opened()
