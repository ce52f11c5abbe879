"""An error that an upstream tells as an event of its stream, after it has answered 200."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.wire.messages.errors import error_status

_ERRORS: Final = ("error", "response.failed")
_OPENAIS: Final = {"rate_limit_exceeded": 429, "insufficient_quota": 429}
"""Words for which there is a status, in OpenAI's `code`; the others are a failure like any."""
_LONGEST: Final = 500
"""Characters of what the upstream said."""


class _Event(msgspec.Struct, gc=False):
    type: Any = None
    error: Any = None
    message: Any = None
    response: Any = None


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
    said = _said(event)
    words = said.get("message")
    told = f": {words[:_LONGEST]}" if isinstance(words, str) else ""
    return UpstreamBroken(
        f"the upstream told an error in its stream{told}", status=_status(said), body=payload
    )


def _said(event: _Event) -> dict[str, Any]:
    """The error itself: in a failed response, it is the response's."""
    error = event.error
    if error is None and isinstance(event.response, dict):
        error = event.response.get("error")
    return error if isinstance(error, dict) else {"message": error or event.message}


def _status(said: dict[str, Any]) -> int | None:
    """The one that the same error has in place of an answer, where its words tell it."""
    code = said.get("code")
    if isinstance(code, int):
        return code if 400 <= code < 600 else None
    return (_OPENAIS.get(code) if isinstance(code, str) else None) or error_status(said.get("type"))
