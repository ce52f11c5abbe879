"""Reading a request's head and body, never more than the limits allow."""

from __future__ import annotations

import asyncio

from sobrio.errors import InputError, TooLarge
from sobrio.gateway.asgi import Event, Headers, Limits, Receive, Scope

_READ = frozenset(
    {
        b"anthropic-beta", b"anthropic-version", b"authorization", b"content-encoding", b"content-length",
        b"content-type", b"host", b"x-api-key",
    }
)  # fmt: skip


class Gone(Exception):
    """The client left before its request was complete."""


def headers_of(scope: Scope, limits: Limits) -> Headers:
    """The headers that are read here, by lower-case name; the first of a repeated name counts, and all of
    `cache-control`, which is a list.

    Raises `InputError` (431) when there are too many of them, and (400) for none or several that name the
    host (RFC 9112, section 3.2).
    """
    raw: list[tuple[bytes, bytes]] = scope["headers"]
    if len(raw) > limits.header_count or sum(len(n) + len(v) for n, v in raw) > limits.header_bytes:
        message = (
            f"the headers are over {limits.header_count} in number or {limits.header_bytes} bytes in size"
        )
        raise InputError(message, status=431, code="headers_too_large")
    hosts = sum(name == b"host" for name, _ in raw)
    if hosts > 1 or (hosts == 0 and scope.get("http_version") == "1.1"):
        raise InputError(f"the request has {hosts} host headers; send one", code="bad_host")
    found = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in reversed(raw)
        if name in _READ or name.startswith(b"x-sobrio-")
    }
    wishes = [value.decode("latin-1") for name, value in raw if name == b"cache-control"]
    return found | {"cache-control": ", ".join(wishes)} if wishes else found


async def json_body(headers: Headers, receive: Receive, limits: Limits) -> bytes:
    """The whole body of a JSON request.

    The content type is required: browsers cannot send it across origins without asking first.
    Raises `InputError` (400, 408, 415), `TooLarge` (413) or `Gone`.
    """
    _must_be_json(headers)
    _must_fit(headers, limits)
    body, complete = _piece(await receive(), limits)
    if not complete:
        body = await _rest(body, receive, limits)
    if not body:
        raise InputError("the body is empty; send a JSON object")
    return body


def _must_be_json(headers: Headers) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        message = f"the content type is {kind or 'missing'}; send content-type: application/json"
        raise InputError(message, status=415, code="unsupported_media_type")
    if headers.get("content-encoding", "identity") != "identity":
        message = "compressed bodies are not read; send the body as it is"
        raise InputError(message, status=415, code="unsupported_media_type")


def _must_fit(headers: Headers, limits: Limits) -> None:
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limits.body_bytes:
        raise _too_large(limits)


def _too_large(limits: Limits) -> TooLarge:
    return TooLarge(f"the body is larger than the limit of {limits.body_bytes} bytes")


def _piece(event: Event, limits: Limits, before: int = 0) -> tuple[bytes, bool]:
    """What has arrived, and whether it was the last of it."""
    if event["type"] == "http.disconnect":
        raise Gone
    piece: bytes = event.get("body", b"")
    if before + len(piece) > limits.body_bytes:
        raise _too_large(limits)
    return piece, not event.get("more_body", False)


async def _rest(first: bytes, receive: Receive, limits: Limits) -> bytes:
    pieces, size, complete = [first], len(first), False
    try:
        async with asyncio.timeout(limits.body_timeout_s):
            while not complete:
                piece, complete = _piece(await receive(), limits, size)
                pieces.append(piece)
                size += len(piece)
    except TimeoutError:
        message = f"the body was not complete after {limits.body_timeout_s:g} s"
        raise InputError(message, status=408, code="request_timeout") from None
    return b"".join(pieces)
