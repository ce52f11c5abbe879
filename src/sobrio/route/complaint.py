"""An error that an upstream tells as an event of its stream, after it has answered 200."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sobrio.errors import UpstreamBroken

_ERRORS: Final = frozenset({"error", "response.failed"})
_LONGEST: Final = 500
"""Characters of what the upstream said."""


class _Event(msgspec.Struct, gc=False):
    type: Any = None
    error: Any = None
    message: Any = None


_event = msgspec.json.Decoder(_Event)


def complaint_in(payload: bytes) -> UpstreamBroken | None:
    """The error that an event of a chat, a message or a response tells, if it tells one.

    The quoted word cannot stand inside a JSON string, where every quote is escaped.
    """
    if b'"error"' not in payload:
        return None
    try:
        event = _event.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not event.error and event.type not in _ERRORS:
        return None
    return _broken(event, payload)


def _broken(event: _Event, payload: bytes) -> UpstreamBroken:
    said = event.error if isinstance(event.error, dict) else {"message": event.error or event.message}
    code, words = said.get("code"), said.get("message")
    status = code if isinstance(code, int) and 400 <= code < 600 else None
    told = f": {words[:_LONGEST]}" if isinstance(words, str) else ""
    return UpstreamBroken(f"the upstream told an error in its stream{told}", status=status, body=payload)
