"""Forwarding: the request as received, with the upstream's model name in place of the caller's."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sobrio.terms.answer import Call
from sobrio.terms.model import Backing
from sobrio.terms.request import Request

_encode = msgspec.json.encode
CHAT = "/chat/completions"


def chat_call(request: Request, backing: Backing) -> Call:
    """Every field but `model` and our own `sobrio` goes on byte for byte, in its place.

    A stream is asked to end with its token counts, since a receipt without them is a guess.
    """
    fields: dict[str, bytes] = {name: raw for name, raw in request.fields.items() if name != "sobrio"}
    fields["model"] = _encode(backing.model)
    if request.stream:
        fields["stream_options"] = _with_usage(fields.get("stream_options"))
    return Call(path=CHAT, body=joined(fields), stream=request.stream)


def joined(fields: Mapping[str, bytes]) -> bytes:
    """A JSON object of raw values."""
    return _encode({name: msgspec.Raw(raw) for name, raw in fields.items()})


def _with_usage(raw: bytes | None) -> bytes:
    options = msgspec.json.decode(raw, type=dict[str, msgspec.Raw] | None) if raw else None
    return _encode({**(options or {}), "include_usage": True})
