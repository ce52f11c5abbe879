"""One prompt's way through the gateway: what came back, and whether it passes its check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sobrio.demo import http
from sobrio.demo.prompts import Prompt
from sobrio.errors import NotReachable
from sobrio.ledger import SqliteLedger
from sobrio.terms.receipt import Receipt
from sobrio.terms.record import from_json
from sobrio.verify import passes


@dataclass(frozen=True, slots=True)
class Exchange:
    prompt: Prompt
    answer: str | None
    """`None` where no model was called, or the call failed."""
    passed: bool | None
    """`None` without an answer, or without a check."""
    receipt: Receipt
    """As judged by the check."""


def exchanges(
    base_url: str, prompts: Sequence[Prompt], max_tokens: int, ledger: SqliteLedger
) -> Iterator[Exchange]:
    """Sends the prompts one after the other, as one patient user would, and has the answers judged."""
    for prompt in prompts:
        yield _exchange(base_url, prompt, max_tokens, ledger)


def _exchange(base_url: str, prompt: Prompt, max_tokens: int, ledger: SqliteLedger) -> Exchange:
    page = http.post(f"{base_url}/chat/completions", prompt.body("sobrio/auto", max_tokens)).json()
    receipt_id = _receipt_id(page)
    answer = _answer(page)
    passed = None if answer is None or prompt.check is None else passes(prompt.check, answer)
    if passed is not None:
        ledger.judge(receipt_id, "verified" if passed else "not comparable", by="the demo's check")
    receipt = from_json(http.get(f"{base_url}/receipts/{receipt_id}").body)
    return Exchange(prompt, answer, passed, receipt)


def _receipt_id(page: dict[str, Any]) -> str:
    """Errors carry their receipt too; without one, the gateway itself has failed."""
    receipt_id: str | None = page.get("sobrio", {}).get("receipt") or page.get("error", {}).get("receipt")
    if receipt_id is None:
        said = page.get("error", {}).get("message", "no reason given")
        raise NotReachable(f"the gateway gave no receipt: {said}")
    return receipt_id


def _answer(page: dict[str, Any]) -> str | None:
    choices = page.get("choices")
    return choices[0]["message"].get("content") or "" if choices else None
