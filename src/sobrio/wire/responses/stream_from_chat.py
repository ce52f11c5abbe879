"""A stream in chat as one of responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from msgspec import UnsetType

from sobrio.call.usage import usage_of_json
from sobrio.terms.answer import Usage
from sobrio.wire.chat.answer import Chunk, ChunkChoice, Delta
from sobrio.wire.chat.segments import Segment, Segments, Step
from sobrio.wire.counts import known, responses_counts
from sobrio.wire.responses.items import ended, head_of, item_id, item_of, part_of
from sobrio.wire.stream import DONE

_NAMES: Final = {
    "text": ("response.output_text", "text"),
    "refusal": ("response.refusal", "refusal"),
    "thought": ("response.reasoning_text", "text"),
    "call": ("response.function_call_arguments", "arguments"),
}
"""What a segment's events are called, and the field in which the last one says the whole."""

_decoder = msgspec.json.Decoder(Chunk)


@dataclass(slots=True)
class StreamFromChat:
    """A `Translator`. Every event has the next sequence number."""

    fields: Mapping[str, bytes]
    """The request's, which a response repeats in part."""
    _segments: Segments = field(default_factory=Segments)
    _head: dict[str, Any] = field(default_factory=dict)
    _output: list[dict[str, Any]] = field(default_factory=list)
    _sequence: int = 0
    _finish: str | None = None
    _ended: bool = False
    _usage: Usage = field(default_factory=Usage)
    _likely: list[Any] = field(default_factory=list)
    """Log-probabilities of the open segment's tokens."""

    def feed(self, payload: bytes) -> Iterator[bytes]:
        if payload == DONE:
            yield from self.close()
            return
        chunk = _decoder.decode(payload)
        if not isinstance(chunk.error, UnsetType) and bytes(chunk.error) != b"null":
            yield self._event("error", **_error(chunk.error))
            return
        if not self._head:
            yield from self._begin(chunk)
        if not isinstance(chunk.usage, UnsetType):
            counted = usage_of_json(payload)
            self._usage = counted if known(counted) else self._usage
        for choice in chunk.choices:
            if choice.index == 0:
                yield from self._choice(choice)

    def close(self) -> Iterator[bytes]:
        if self._finish is None or self._ended:
            return
        self._ended = True
        yield from self._steps(self._segments.close(), [])
        counts = responses_counts(self._usage) if known(self._usage) else None
        response = ended(self._head, self._output, self._finish, counts)
        yield self._event(f"response.{response['status']}", response=response)

    def _begin(self, chunk: Chunk) -> Iterator[bytes]:
        self._head = head_of(self.fields, chunk.id, chunk.model, chunk.created)
        yield self._event("response.created", response=self._head)
        yield self._event("response.in_progress", response=self._head)

    def _choice(self, choice: ChunkChoice) -> Iterator[bytes]:
        likely: list[Any] = list((choice.logprobs.content if choice.logprobs else None) or ())
        yield from self._steps(self._segments.feed(choice.delta or Delta()), likely)
        self._finish = choice.finish_reason or self._finish

    def _event(self, kind: str, **said: Any) -> bytes:
        self._sequence += 1
        return msgspec.json.encode({"type": kind, "sequence_number": self._sequence - 1, **said})

    def _steps(self, steps: Iterator[Step], likely: list[Any]) -> Iterator[bytes]:
        for move, segment, piece in steps:
            match move:
                case "open":
                    yield from self._opened(segment)
                case "grow":
                    yield self._grown(segment, piece, likely)
                case "shut":
                    yield from self._shut(segment)

    def _within(self, segment: Segment) -> dict[str, Any]:
        index = len(self._output)
        place = {} if segment.kind == "call" else {"content_index": 0}
        return {"item_id": item_id(segment, self._head["id"], index), "output_index": index, **place}

    def _opened(self, segment: Segment) -> Iterator[bytes]:
        within = self._within(segment)
        item = item_of(segment, within["item_id"], "in_progress")
        self._likely = []
        yield self._event("response.output_item.added", output_index=within["output_index"], item=item)
        if segment.kind != "call":
            empty = part_of(Segment(segment.kind))
            yield self._event("response.content_part.added", **within, part=empty)

    def _grown(self, segment: Segment, piece: str, likely: list[Any]) -> bytes:
        more: dict[str, Any] = {}
        if segment.kind == "text":
            self._likely += likely
            more = {"logprobs": likely}
        return self._event(f"{_NAMES[segment.kind][0]}.delta", **self._within(segment), delta=piece, **more)

    def _shut(self, segment: Segment) -> Iterator[bytes]:
        within, (kind, name) = self._within(segment), _NAMES[segment.kind]
        more: dict[str, Any] = {"logprobs": self._likely} if segment.kind == "text" else {}
        more |= {"name": segment.name} if segment.kind == "call" else {}
        yield self._event(f"{kind}.done", **within, **{name: segment.text}, **more)
        if segment.kind != "call":
            whole = part_of(segment, self._likely)
            yield self._event("response.content_part.done", **within, part=whole)
        item = item_of(segment, within["item_id"], "completed", self._likely)
        yield self._event("response.output_item.done", output_index=within["output_index"], item=item)
        self._output.append(item)


def _error(raw: msgspec.Raw) -> dict[str, Any]:
    """`error` once more beside it: there OpenAI's own clients look for it in any stream."""
    given = msgspec.json.decode(raw)
    error = given if isinstance(given, dict) else {"message": str(given)}
    said = {name: error.get(name) for name in ("code", "message", "param")}
    return {**said, "error": error}
