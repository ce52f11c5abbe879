"""Dialects: how the answers of one shape are read, told as a stream, stamped and kept.

Booking asks its questions here, so that it is the same for every shape a client speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, Protocol

import msgspec

from sobrio.route import assembly
from sobrio.route.answer import Answer, read_answer
from sobrio.route.forwarded import read_embeddings, read_images
from sobrio.route.message_tail import MessageTail, read_message
from sobrio.route.response_tail import ResponseTail, assembled_response, read_response
from sobrio.route.stamp import Stamp
from sobrio.route.tail import Tail
from sobrio.terms.answer import Usage
from sobrio.terms.shape import Shape
from sobrio.wire import messages, responses
from sobrio.wire.counts import chat_counts, messages_counts, responses_counts


class Following(Protocol):
    """What follows a stream to its end."""

    kept: list[bytes]
    count: int
    finish_reason: str | None
    done: bool

    @property
    def complete(self) -> bool: ...

    def take(self, payloads: Iterable[bytes]) -> list[bytes]: ...

    def whole(self) -> bytes: ...

    def last(self, stamp: Stamp, usage: Usage, *, include_usage: bool) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class Dialect:
    read: Callable[[bytes], Answer]
    """A whole answer. Raises `UpstreamBroken` for anything else."""
    counts: Callable[[Usage], Mapping[str, Any]]
    tail: Callable[[str], Following]
    """For the stream with that receipt."""
    framed: Callable[[Iterable[bytes]], bytes]
    """Payloads as server-sent events."""
    done: bytes
    """What ends a stream, besides its last event."""
    error: Callable[[dict[str, Any], int], dict[str, Any]]
    """An error document of OpenAI's, and its status, in this shape."""
    events_of: Callable[[dict[str, Any]], Iterator[dict[str, Any]]]
    """A whole answer as a stream."""
    assembled: Callable[[Iterable[bytes | msgspec.Raw]], dict[str, Any]]
    """A stream as a whole answer."""


def _named_events(payloads: Iterable[bytes]) -> bytes:
    """Each event named by its `type`, as Anthropic and OpenAI's responses do it."""
    return b"".join([b"event: %s\ndata: %s\n\n" % (_type(each), assembly.lines(each)) for each in payloads])


def _type(payload: bytes) -> bytes:
    return _typed.decode(payload).type.encode()


class _Typed(msgspec.Struct):
    type: str = "message"


_typed = msgspec.json.Decoder(_Typed)


def _response_error(body: dict[str, Any], _status: int) -> dict[str, Any]:
    """OpenAI's own; `type` and the message stand beside it, where a stream's reader looks."""
    error = body["error"]
    return {
        "type": "error",
        "code": error.get("code"),
        "message": error.get("message"),
        "param": None,
        **body,
    }


_CHAT: Final = Dialect(
    read=read_answer,
    counts=chat_counts,
    tail=lambda _receipt_id: Tail(),
    framed=assembly.framed,
    done=assembly.DONE,
    error=lambda body, _status: body,
    events_of=assembly.as_chunks,
    assembled=assembly.assembled,
)
_MESSAGES: Final = Dialect(
    read=read_message,
    counts=messages_counts,
    tail=MessageTail,
    framed=_named_events,
    done=b"",
    error=messages.error_from_chat,
    events_of=messages.events_of,
    assembled=messages.assembled,
)
_RESPONSES: Final = Dialect(
    read=read_response,
    counts=responses_counts,
    tail=lambda _receipt_id: ResponseTail(),
    framed=_named_events,
    done=b"",
    error=_response_error,
    events_of=responses.events_of,
    assembled=assembled_response,
)


_COMPLETIONS: Final = replace(_CHAT, events_of=lambda answer: iter((answer,)))
"""A chunk of a plain completion is written as a whole one is."""


def _as_chat(read: Callable[[bytes], Answer]) -> Dialect:
    return replace(_CHAT, read=read)


DIALECTS: Final[Mapping[Shape, Dialect]] = MappingProxyType(
    {
        "chat": _CHAT,
        "messages": _MESSAGES,
        "responses": _RESPONSES,
        "completions": _COMPLETIONS,
        "embeddings": _as_chat(read_embeddings),
        "images": _as_chat(read_images),
    }
)


def failure_in(shape: Shape, error_document: dict[str, Any], status: int) -> bytes:
    """An error as the event that ends a stream."""
    dialect = DIALECTS[shape]
    return dialect.framed([msgspec.json.encode(dialect.error(error_document, status))])
