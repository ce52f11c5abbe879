"""A stream in chat as one in Anthropic's messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from sobrio.call.usage import usage_of_json
from sobrio.terms.answer import Usage
from sobrio.wire.chat.answer import Chunk, Delta
from sobrio.wire.chat.segments import Segment, Segments, Step
from sobrio.wire.counts import known, messages_counts
from sobrio.wire.messages.answer_from_chat import message_id
from sobrio.wire.messages.terms import REASONS
from sobrio.wire.stream import DONE

_decoder = msgspec.json.Decoder(Chunk)
_encode = msgspec.json.encode


@dataclass(slots=True)
class StreamFromChat:
    """A `Translator`. The stop reason and the counts come last, as chat gives them last."""

    _segments: Segments = field(default_factory=Segments)
    _begun: bool = False
    _index: int = -1
    _calls: bool = False
    _refused: bool = False
    _finish: str | None = None
    _ended: bool = False
    _usage: Usage = field(default_factory=Usage)

    def feed(self, payload: bytes) -> Iterator[bytes]:
        if payload == DONE:
            yield from self.close()
            return
        chunk = _decoder.decode(payload)
        if not isinstance(chunk.error, UnsetType) and bytes(chunk.error) != b"null":
            yield _encode({"type": "error", "error": chunk.error})
            return
        if not self._begun:
            self._begun = True
            yield _encode(_started(chunk))
        if chunk.usage is not UNSET:
            counted = usage_of_json(payload)
            self._usage = counted if known(counted) else self._usage
        for choice in chunk.choices:
            if choice.index == 0:
                yield from self._steps(self._segments.feed(choice.delta or Delta()))
                self._finish = choice.finish_reason or self._finish

    def close(self) -> Iterator[bytes]:
        if self._finish is None or self._ended:
            return
        self._ended = True
        yield from self._steps(self._segments.close())
        counts = {"usage": messages_counts(self._usage)} if known(self._usage) else {}
        ending = {"stop_reason": self._stop_reason(), "stop_sequence": None}
        yield _encode({"type": "message_delta", "delta": ending, **counts})
        yield _encode({"type": "message_stop"})

    def _stop_reason(self) -> str:
        if self._calls and self._finish == "stop":
            return "tool_use"
        return "refusal" if self._refused else REASONS.get(self._finish or "", "end_turn")

    def _steps(self, steps: Iterator[Step]) -> Iterator[bytes]:
        for move, segment, piece in steps:
            if move == "open":
                self._index += 1
                self._calls |= segment.kind == "call"
                self._refused |= segment.kind == "refusal"
            yield _encode(_event(move, segment, piece) | {"index": self._index})


def _started(chunk: Chunk) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": message_id(chunk.id),
        "type": "message",
        "role": "assistant",
        "model": chunk.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    return {"type": "message_start", "message": message}


def _event(move: str, segment: Segment, piece: str) -> dict[str, Any]:
    match move:
        case "open":
            return {"type": "content_block_start", "content_block": _opened(segment)}
        case "grow":
            return {"type": "content_block_delta", "delta": _grown(segment, piece)}
        case "sign":
            signed = {"type": "signature_delta", "signature": piece}
            return {"type": "content_block_delta", "delta": signed}
        case _:
            return {"type": "content_block_stop"}


def _opened(segment: Segment) -> dict[str, Any]:
    match segment.kind:
        case "thought":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case "call":
            return {"type": "tool_use", "id": segment.call_id, "name": segment.name, "input": {}}
        case _:
            return {"type": "text", "text": ""}


def _grown(segment: Segment, piece: str) -> dict[str, Any]:
    match segment.kind:
        case "thought":
            return {"type": "thinking_delta", "thinking": piece}
        case "call":
            return {"type": "input_json_delta", "partial_json": piece}
        case _:
            return {"type": "text_delta", "text": piece}
