"""The fakes keep the promises of their ports; the type checker reads the assignments below."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from sobrio.errors import CacheError, LedgerError, UpstreamTimeout
from sobrio.terms.answer import Call
from sobrio.terms.model import Backing, Model
from sobrio.terms.ports import AnswerStore, Assessor, Ledger, Upstream
from sobrio.terms.receipt import Latency, Receipt
from sobrio.terms.request import Caller, Message, Request
from sobrio.testing import (
    BrokenAssessor,
    BrokenLedger,
    BrokenStore,
    CannedUpstream,
    FixedAssessor,
    MemoryLedger,
    MemoryStore,
)

UPSTREAM: Upstream = CannedUpstream(b"{}")
ASSESSORS: tuple[Assessor, ...] = (FixedAssessor(), BrokenAssessor(ValueError()))
STORES: tuple[AnswerStore, ...] = (MemoryStore(), BrokenStore())
LEDGERS: tuple[Ledger, ...] = (MemoryLedger(), BrokenLedger())

REQUEST = Request("sobrio/auto", (Message("user", "three short words"),), {})
CALL = Call("/chat/completions", b"{}", False)


def receipt(receipt_id: str) -> Receipt:
    latency = Latency(route_ms=0.1, first_byte_ms=None, total_ms=1.0)
    return Receipt(
        receipt_id, "2026-11-01T00:00:00Z", "routed", Caller(), "m", 200, "miss", latency, 0.0, 0.0
    )


def test_a_canned_upstream_answers_and_remembers() -> None:
    upstream = CannedUpstream(b"{}")

    async def scenario() -> bytes:
        answered = await upstream.call(Backing("openai", "m"), CALL)
        return b"".join([chunk async for chunk in answered.chunks])

    assert asyncio.run(scenario()) == b"{}"
    assert upstream.calls == [(Backing("openai", "m"), CALL)]


def test_a_canned_upstream_fails_on_demand() -> None:
    with pytest.raises(UpstreamTimeout):
        asyncio.run(CannedUpstream(UpstreamTimeout("slow")).call(Backing("openai", "m"), CALL))


def test_a_fixed_assessor_expects_what_it_was_told() -> None:
    assessment = FixedAssessor({"big": 0.9}).assess(REQUEST, (Model("big"), Model("small")))
    assert [each.quality for each in assessment.expectations] == [0.9, 0.5]
    assert assessment.of("small").model == "small"
    assert assessment.input_tokens == 3


def test_a_broken_assessor_raises_what_it_was_given() -> None:
    with pytest.raises(ZeroDivisionError):
        BrokenAssessor(ZeroDivisionError()).assess(REQUEST, ())


def test_a_memory_store_keeps_what_was_put() -> None:
    store = MemoryStore()
    assert store.get(b"k") is None
    store.put(b"k", b"v", scope="s", ttl_s=60)
    assert store.get(b"k") == b"v"


def test_a_memory_ledger_finds_what_was_closed() -> None:
    ledger = MemoryLedger()
    ledger.open("r1", "2026-11-01T00:00:00Z")
    assert (list(ledger.opened), ledger.find("r1")) == (["r1"], None)
    ledger.close(receipt("r1"))
    assert (list(ledger.opened), ledger.find("r1")) == ([], receipt("r1"))


@pytest.mark.parametrize(
    "use",
    [
        lambda: BrokenStore().get(b"k"),
        lambda: BrokenStore().put(b"k", b"v", scope="s", ttl_s=1),
        lambda: BrokenLedger().open("r", ""),
        lambda: BrokenLedger().close(receipt("r")),
        lambda: BrokenLedger().find("r"),
    ],
)
def test_broken_doubles_break(use: Callable[[], object]) -> None:
    with pytest.raises((CacheError, LedgerError)):
        use()
