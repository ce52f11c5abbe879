"""Forwarding: the request as received, with the upstream's model name in place of the caller's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.route.translated import Payloads, Translated
from sobrio.terms.answer import Call
from sobrio.terms.model import Backing
from sobrio.terms.request import Request
from sobrio.terms.shape import PATHS, Shape, spoken
from sobrio.wire.bridge import BRIDGES, Bridge, raw_fields
from sobrio.wire.effort import asks_to_think
from sobrio.wire.messages import without_unsigned
from sobrio.wire.openai import for_openai
from sobrio.wire.untranslatable import Untranslatable

_encode = msgspec.json.encode
_COUNTED: Final = frozenset[Shape]({"chat", "completions"})
"""Shapes whose streams tell the token counts only when asked to."""


def call_of(request: Request, backing: Backing) -> Call:
    """Where the upstream speaks the request's shape, every field but `model` and our own `sobrio` goes on
    byte for byte, in its place; else the request is translated.

    A stream is asked to end with its token counts, since a receipt without them is a guess. Raises
    `Untranslatable` for a request that the upstream's shape has no words for.
    """
    shape = _spoken(request, backing)
    fields: dict[str, bytes] = {name: raw for name, raw in request.fields.items() if name != "sobrio"}
    fields["model"] = _encode(backing.model)
    if shape != request.shape:
        fields = _translated(request.shape, shape, fields, backing)
    elif shape == "messages":
        fields = without_unsigned(fields)
    if request.stream and shape in _COUNTED:
        fields["stream_options"] = _with_usage(fields.get("stream_options"))
    caveats = _caveats(request, fields) if shape != request.shape else ()
    body = joined(fields)
    return Call(PATHS[shape], body, request.stream, backing.timeouts, request.headers, caveats=caveats)


def _translated(
    shape: Shape, other: Shape, fields: Mapping[str, bytes], backing: Backing
) -> dict[str, bytes]:
    written = raw_fields(BRIDGES[shape, other].request(fields))
    return for_openai(written, backing.base_url) if backing.kind == "openai" and other == "chat" else written


def _caveats(request: Request, written: Mapping[str, bytes]) -> tuple[str, ...]:
    left_out = asks_to_think(request.fields) and not asks_to_think(written)
    return ("thinking-left-out",) if left_out else ()


def answer_in(request: Request, backing: Backing, body: bytes) -> bytes:
    """An upstream's whole answer in the client's shape."""
    bridge = _bridge(request, backing)
    if bridge is None:
        return body
    try:
        return bridge.answer(body, request.fields, int(time.time()))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamBroken("the upstream answered with something that is not an answer") from None


def events_in(request: Request, backing: Backing, events: Payloads) -> Payloads:
    """An upstream's stream in the client's shape."""
    bridge = _bridge(request, backing)
    return events if bridge is None else Translated(events, bridge.stream(request.fields, int(time.time())))


def _bridge(request: Request, backing: Backing) -> Bridge | None:
    return BRIDGES.get((request.shape, _spoken(request, backing)))


def _spoken(request: Request, backing: Backing) -> Shape:
    shape = spoken(request.shape, backing)
    if shape is None:
        raise Untranslatable(
            f"{PATHS[request.shape]} cannot be called at '{backing.model}'; name another model"
        )
    return shape


def joined(fields: Mapping[str, bytes]) -> bytes:
    """A JSON object of raw values."""
    return _encode({name: msgspec.Raw(raw) for name, raw in fields.items()})


def _with_usage(raw: bytes | None) -> bytes:
    options = msgspec.json.decode(raw, type=dict[str, msgspec.Raw] | None) if raw else None
    return _encode({**(options or {}), "include_usage": True})
