"""Errors in the shape of the endpoint: Anthropic's under `/v1/messages`, OpenAI's elsewhere."""

from __future__ import annotations

import math

import msgspec

from sobrio.errors import KeysError, LedgerError, NotReachable, OverLimit, SobrioError, UpstreamError
from sobrio.route import error_body
from sobrio.route.reply import JSON, Reply
from sobrio.wire.messages import error_from_chat


class _Said(msgspec.Struct):
    """An upstream's error in OpenAI's shape, its fields unread."""

    error: dict[str, msgspec.Raw]


_ANTHROPICS = "/v1/messages"
_SOON_S = 1.0
"""A file that another program holds is mostly free again by then."""
_said = msgspec.json.Decoder(_Said)


def fault(error: SobrioError, path: str = "", *headers: tuple[str, str]) -> Reply:
    """An error as a reply: in the upstream's own words where it spoke in such a shape, else in ours."""
    body = error_body(error, error.receipt_id)
    body["error"] |= _upstream_said(error)
    if path.startswith(_ANTHROPICS):
        body = error_from_chat(body, error.status)
    return Reply(
        status=error.status,
        headers=(JSON, *_advice(error), *_receipt(error), *headers),
        receipt_id=error.receipt_id or "",
        body=msgspec.json.encode(body),
    )


def internal_fault(path: str) -> Reply:
    """For a defect of ours. What happened goes to the log, never to the client."""
    return fault(SobrioError("an internal error; the gateway's log says more"), path)


def _upstream_said(error: SobrioError) -> dict[str, msgspec.Raw]:
    if not isinstance(error, UpstreamError) or not error.body:
        return {}
    try:
        return _said.decode(error.body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _advice(error: SobrioError) -> tuple[tuple[str, str], ...]:
    """When to come back. Clients that retry by themselves are told where that is pointless."""
    wait_s = getattr(error, "retry_after_s", None)
    if wait_s is None and error.status == 503 and isinstance(error, (LedgerError, KeysError)):
        wait_s = _SOON_S
    if wait_s is not None:
        return (("retry-after", str(math.ceil(wait_s))),)
    return (
        (("x-should-retry", "false"),)
        if error.status == 501 or isinstance(error, (NotReachable, OverLimit))
        else ()
    )


def _receipt(error: SobrioError) -> tuple[tuple[str, str], ...]:
    return (("x-sobrio-receipt", error.receipt_id),) if error.receipt_id else ()
