"""A stream in Anthropic's messages as one in chat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import UNSET

from sobrio.call.usage import usage_of_events
from sobrio.wire.chat import terms as chat
from sobrio.wire.counts import chat_counts, known
from sobrio.wire.messages.answer_to_chat import arguments_of
from sobrio.wire.messages.terms import STOPS, Block, Delta, Event
from sobrio.wire.stream import DONE

_decoder = msgspec.json.Decoder(Event)
_encode = msgspec.json.encode


@dataclass(slots=True)
class StreamToChat:
    """A `Translator`. Thinking streams as `reasoning_content`, and once more, signed, when it ends."""

    created: int
    """Seconds since 1970, which Anthropic does not say."""
    _head: dict[str, Any] = field(default_factory=dict)
    _counted: list[bytes] = field(default_factory=list)
    _calls: int = 0
    _thoughts: int = 0
    _open: Block | None = None
    _grown: bool = False
    _finished: bool = False

    def feed(self, payload: bytes) -> Iterator[bytes]:
        event = _decoder.decode(payload)
        if event.type in ("message_start", "message_delta"):
            self._counted.append(payload)
        if event.error is not UNSET:
            yield _encode({"error": event.error})
        for delta in self._deltas(event):
            yield self._chunk(delta)
        if event.type == "message_delta" and event.delta is not None and event.delta.stop_reason:
            self._finished = True
            yield self._chunk({}, STOPS.get(event.delta.stop_reason, "stop"))
        if event.type == "message_stop":
            yield from self.close()

    def close(self) -> Iterator[bytes]:
        if not self._finished:
            return
        self._finished = False
        usage = usage_of_events(self._counted)
        if known(usage):
            yield _encode({**self._head, "choices": [], "usage": chat_counts(usage)})
        yield DONE

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return _encode({**self._head, "choices": [choice]})

    def _deltas(self, event: Event) -> Iterator[dict[str, Any]]:
        match event.type:
            case "message_start":
                self._begin(event)
                yield {"role": "assistant", "content": ""}
            case "content_block_start" if event.content_block is not None:
                yield from self._opened(event.content_block)
            case "content_block_delta" if event.delta is not None:
                yield from self._grew(event.delta)
            case "content_block_stop":
                yield from self._shut()

    def _begin(self, event: Event) -> None:
        message = event.message
        self._head = {
            "id": message.id if message else "",
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": message.model if message else "",
        }

    def _opened(self, block: Block) -> Iterator[dict[str, Any]]:
        self._open, self._grown = block, False
        if block.type == "tool_use":
            opened = {"id": block.id or "", "type": "function"}
            function = {"name": block.name or "", "arguments": ""}
            yield {"tool_calls": [{"index": self._calls, **opened, "function": function}]}
            self._calls += 1
        elif block.type == "text" and block.text:
            yield {"content": block.text}

    def _grew(self, delta: Delta) -> Iterator[dict[str, Any]]:
        block = self._open
        match delta.type:
            case "text_delta":
                yield {"content": delta.text}
            case "input_json_delta" if block is not None and block.type == "tool_use" and delta.partial_json:
                # Anthropic begins with an empty piece, and a call without arguments has no other.
                self._grown = True
                yield self._arguments(delta.partial_json)
            case "thinking_delta" if block is not None:
                block.thinking = (block.thinking or "") + delta.thinking
                yield {"reasoning_content": delta.thinking}
            case "signature_delta" if block is not None:
                block.signature = (block.signature or "") + delta.signature

    def _arguments(self, piece: str) -> dict[str, Any]:
        return {"tool_calls": [{"index": self._calls - 1, "function": {"arguments": piece}}]}

    def _shut(self) -> Iterator[dict[str, Any]]:
        block, self._open = self._open, None
        if block is None:
            return
        if block.type == "tool_use" and not self._grown:
            yield self._arguments(arguments_of(block))
        elif block.type in ("thinking", "redacted_thinking"):
            signed = chat.Thinking(block.type, block.thinking, block.signature, block.data, self._thoughts)
            self._thoughts += 1
            yield {"thinking_blocks": [signed]}
