"""Failures, booked and OpenAI-shaped."""

from __future__ import annotations

from typing import Any

from sobrio.errors import NotCalled, Refused, SobrioError
from sobrio.route.account import Ending, settle
from sobrio.route.journey import Journey
from sobrio.route.stamp import block
from sobrio.terms.receipt import Outcome


def error_body(error: SobrioError, receipt_id: str | None) -> dict[str, Any]:
    """The OpenAI error shape; `receipt` says where the rest of the story is."""
    shape: dict[str, Any] = {
        "message": error.message,
        "type": error.kind,
        "param": None,
        "code": error.code,
    }
    body: dict[str, Any] = {"error": shape | ({"receipt": receipt_id} if receipt_id else {})}
    return body | ({"sobrio": error.details} if error.details else {})


def book(journey: Journey, error: SobrioError) -> SobrioError:
    """Writes the failed request's receipt and hangs it on the error."""
    receipt = settle(journey, Ending(_outcome(journey, error), status=error.status, error=error.message))
    error.receipt_id = receipt.id
    error.details = block(receipt)
    return error


def _outcome(journey: Journey, error: SobrioError) -> Outcome:
    if isinstance(error, NotCalled):
        return "decided-not-called"
    if isinstance(error, Refused) or journey.decision is None or not journey.calls:
        return "refused"
    return "bypassed" if journey.decision.bypassed else "routed"
