"""Answers in Anthropic's messages: the whole one, and the end of a streamed one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.route.answer import Answer
from sobrio.route.complaint import complaint_in
from sobrio.route.stamp import Stamp, stamped
from sobrio.terms.answer import Usage
from sobrio.wire.counts import messages_counts
from sobrio.wire.messages.terms import STOPS, Message

_FINISHES: Final = {**STOPS, "pause_turn": "pause_turn"}
"""In chat's words, where chat has one; a turn that was paused is not at its end."""
_NOTHING_YET: Final = msgspec.Raw(b'{"input_tokens":0,"output_tokens":0}')
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_message = msgspec.json.Decoder(Message)


class _Delta(msgspec.Struct):
    stop_reason: str | None = None


class _Event(msgspec.Struct):
    type: str = ""
    delta: _Delta | None = None


_event = msgspec.json.Decoder(_Event)


def read_message(body: bytes) -> Answer:
    """Raises `UpstreamBroken` for anything but a message."""
    try:
        fields, message = _object.decode(body), _message.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamBroken("the upstream answered with something that is not a message") from None
    if "content" not in fields:
        raise UpstreamBroken("the upstream's answer has no 'content'")
    said = sum(len(each.text or "") for each in message.content)
    return Answer(body, fields, _FINISHES.get(message.stop_reason or ""), said)


class MessageTail:
    """The event with the stop reason and the counts waits, so that the receipt can ride on it."""

    __slots__ = ("_held", "_receipt_id", "_stop", "count", "done", "finish_reason", "kept")

    def __init__(self, receipt_id: str) -> None:
        self._receipt_id = receipt_id
        self.kept: list[bytes] = []
        self.count = 0
        """Pieces of content: about one for each token."""
        self.finish_reason: str | None = None
        self.done = False
        self._held: bytes | None = None
        self._stop = b'{"type":"message_stop"}'

    @property
    def complete(self) -> bool:
        return self.finish_reason is not None

    def take(self, payloads: Iterable[bytes]) -> list[bytes]:
        """The payloads that may go out now that these have arrived."""
        return [ready for payload in payloads for ready in self._take(payload)]

    def _take(self, payload: bytes) -> tuple[bytes, ...]:
        event = _read(payload)
        if event.type == "error" and (complaint := complaint_in(payload)) is not None:
            raise complaint
        self.kept.append(payload)
        self.count += event.type == "content_block_delta"
        if event.type == "message_stop":
            self.done, self._stop = True, payload
            return ()
        if event.type == "message_delta":
            held, self._held = self._held, payload
            reason = event.delta.stop_reason if event.delta else None
            self.finish_reason = _FINISHES.get(reason, reason) if reason else self.finish_reason
            return () if held is None else (held,)
        return (self._begun(payload),) if event.type == "message_start" else (payload,)

    def _begun(self, payload: bytes) -> bytes:
        """With the receipt's id: of unknown fields, Anthropic's clients keep those of the first event. They
        want counts there, which the last event overwrites."""
        try:
            event = _object.decode(payload)
            message = _object.decode(event.get("message", msgspec.Raw(b"{}")))
        except msgspec.DecodeError:
            raise UpstreamBroken("the upstream began with a message that is none") from None
        message.setdefault("usage", _NOTHING_YET)
        said = {**message, "sobrio": {"receipt": self._receipt_id}}
        return msgspec.json.encode({**event, "message": said})

    def whole(self) -> bytes:
        """All of it as one JSON array."""
        return b"[%s]" % b",".join(self.kept)

    def last(self, stamp: Stamp, usage: Usage, *, include_usage: bool) -> list[bytes]:  # noqa: ARG002 - counts always come
        """The event that waited, with the receipt, and the one that ends the stream."""
        if self._held is None:
            return []
        fields = _object.decode(self._held)
        fields.setdefault("usage", msgspec.Raw(msgspec.json.encode(messages_counts(usage))))
        return [stamped(fields, stamp, usage), self._stop]


def _read(payload: bytes) -> _Event:
    try:
        return _event.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UpstreamBroken("the upstream sent an event that is not JSON") from None
