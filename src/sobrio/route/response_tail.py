"""OpenAI's responses: the whole one, and the end of a streamed one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.route.answer import Answer
from sobrio.route.complaint import complaint_in
from sobrio.route.stamp import Stamp, stamped
from sobrio.terms.answer import Usage
from sobrio.wire.counts import responses_counts

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENDS: Final = frozenset({"response.completed", "response.incomplete"})
_FINISHES: Final = {"completed": "stop", "incomplete": "length"}


class _Part(msgspec.Struct):
    text: str | None = None


class _Item(msgspec.Struct):
    type: str = ""
    content: list[_Part] | None = None


class _Response(msgspec.Struct):
    status: str = ""
    output: list[_Item] = []


class _Event(msgspec.Struct):
    type: str = ""
    response: _Response | None = None


_response = msgspec.json.Decoder(_Response)
_event = msgspec.json.Decoder(_Event)


def read_response(body: bytes) -> Answer:
    """Raises `UpstreamBroken` for anything but a response."""
    try:
        fields, response = _object.decode(body), _response.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamBroken("the upstream answered with something that is not a response") from None
    if "output" not in fields:
        raise UpstreamBroken("the upstream's answer has no 'output'")
    said = sum(len(part.text or "") for item in response.output for part in item.content or ())
    return Answer(body, fields, _finish(response), said)


def _finish(response: _Response) -> str | None:
    """In chat's words."""
    if response.status == "completed" and any(each.type == "function_call" for each in response.output):
        return "tool_calls"
    return _FINISHES.get(response.status)


class ResponseTail:
    """The last event holds the whole response, and waits for the receipt."""

    __slots__ = ("_held", "count", "done", "finish_reason", "kept")

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.count = 0
        """Pieces of content: about one for each token."""
        self.finish_reason: str | None = None
        self.done = False
        self._held: bytes | None = None

    @property
    def complete(self) -> bool:
        return self.finish_reason is not None

    def take(self, payloads: Iterable[bytes]) -> list[bytes]:
        """The payloads that may go out now that these have arrived."""
        return [payload for payload in payloads if self._may_go(payload)]

    def _may_go(self, payload: bytes) -> bool:
        try:
            event = _event.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise UpstreamBroken("the upstream sent an event that is not JSON") from None
        if event.type in ("error", "response.failed") and (complaint := complaint_in(payload)) is not None:
            raise complaint
        self.kept.append(payload)
        self.count += event.type.endswith(".delta")
        if event.type not in _ENDS or event.response is None:
            return True
        self.done, self._held, self.finish_reason = True, payload, _finish(event.response)
        return False

    def whole(self) -> bytes:
        """All of it as one JSON array."""
        return b"[%s]" % b",".join(self.kept)

    def last(self, stamp: Stamp, usage: Usage, *, include_usage: bool) -> list[bytes]:  # noqa: ARG002 - counts always come
        """The event that waited, with the receipt on the response in it."""
        if self._held is None:
            return []
        event = _object.decode(self._held)
        response = _object.decode(event["response"])
        if bytes(response.get("usage", msgspec.Raw(b"null"))) == b"null":
            response["usage"] = msgspec.Raw(msgspec.json.encode(responses_counts(usage)))
        return [msgspec.json.encode(event | {"response": msgspec.Raw(stamped(response, stamp, usage))})]


def assembled_response(payloads: Iterable[bytes | msgspec.Raw]) -> dict[str, Any]:
    """The response in a stream's last event."""
    *_, last = payloads
    whole: dict[str, Any] = msgspec.json.decode(last)["response"]
    return whole
