"""One prompt's way through the gateway: what came back, and whether it passes its check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sobrio.demo import http
from sobrio.demo.prompts import Prompt
from sobrio.errors import NotReachable
from sobrio.terms.impacts import Equivalence
from sobrio.terms.ports import Accountant
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


def exchanges(
    base_url: str, prompts: Sequence[Prompt], max_tokens: int, accountant: Accountant
) -> Iterator[Exchange]:
    """Sends the prompts one after the other, as one patient user would."""
    for prompt in prompts:
        yield _exchange(base_url, prompt, max_tokens, accountant)


def _exchange(base_url: str, prompt: Prompt, max_tokens: int, accountant: Accountant) -> Exchange:
    page = http.post(f"{base_url}/chat/completions", prompt.body("sobrio/auto", max_tokens)).json()
    receipt = _receipt(base_url, page)
    answer = _answer(page)
    passed = None if answer is None or prompt.check is None else passes(prompt.check, answer)
    return Exchange(prompt, answer, passed, judged(receipt, passed, accountant))


def _receipt(base_url: str, page: dict[str, Any]) -> Receipt:
    """Errors carry their receipt too; without one, the gateway itself has failed."""
    receipt_id = page.get("sobrio", {}).get("receipt") or page.get("error", {}).get("receipt")
    if receipt_id is None:
        said = page.get("error", {}).get("message", "no reason given")
        raise NotReachable(f"the gateway gave no receipt: {said}")
    return from_json(http.get(f"{base_url}/receipts/{receipt_id}").body)


def _answer(page: dict[str, Any]) -> str | None:
    choices = page.get("choices")
    return choices[0]["message"].get("content") or "" if choices else None


def judged(receipt: Receipt, passed: bool | None, accountant: Accountant) -> Receipt:
    """The receipt once its answer was checked: only a passed check makes avoided impact count.

    The impacts themselves stay: what was spent was spent, whatever the answer was worth.
    """
    if passed is None or receipt.avoided is None:
        return receipt
    equivalence: Equivalence = "verified" if passed else "not comparable"
    _, _, avoided = accountant.account(
        receipt.activities,
        receipt.reference_activity,
        router_cpu_seconds=receipt.router_cpu_seconds,
        equivalence=equivalence,
    )
    caveats = tuple(code for code in receipt.caveats if code != "unverified")
    if not passed:
        caveats = (*caveats, "not-comparable")
    return replace(receipt, equivalence=equivalence, avoided=avoided, caveats=caveats)
