"""Errors in OpenAI's shape."""

from __future__ import annotations

import math

import msgspec

from sobrio.errors import NotReachable, OverLimit, SobrioError, UpstreamError
from sobrio.route import error_body
from sobrio.route.reply import JSON, Reply


class _Said(msgspec.Struct):
    """An upstream's error in OpenAI's shape, its fields unread."""

    error: dict[str, msgspec.Raw]


_said = msgspec.json.Decoder(_Said)


def fault(error: SobrioError, *headers: tuple[str, str]) -> Reply:
    """An error as a reply: in the upstream's own words where it spoke in this shape, else in ours."""
    body = error_body(error, error.receipt_id)
    body["error"] |= _upstream_said(error)
    return Reply(
        status=error.status,
        headers=(JSON, *_advice(error), *_receipt(error), *headers),
        receipt_id=error.receipt_id or "",
        body=msgspec.json.encode(body),
    )


def internal_fault() -> Reply:
    """For a defect of ours. What happened goes to the log, never to the client."""
    return fault(SobrioError("an internal error; the gateway's log says more"))


def _upstream_said(error: SobrioError) -> dict[str, msgspec.Raw]:
    if not isinstance(error, UpstreamError) or not error.body:
        return {}
    try:
        return _said.decode(error.body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _advice(error: SobrioError) -> tuple[tuple[str, str], ...]:
    """When to come back. Clients that retry by themselves are told where that is pointless."""
    wait_s = getattr(error, "retry_after_s", None)
    if wait_s is not None:
        return (("retry-after", str(math.ceil(wait_s))),)
    return (("x-should-retry", "false"),) if isinstance(error, (NotReachable, OverLimit)) else ()


def _receipt(error: SobrioError) -> tuple[tuple[str, str], ...]:
    return (("x-sobrio-receipt", error.receipt_id),) if error.receipt_id else ()
