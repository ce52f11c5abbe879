"""Between the shape a client speaks and the one an upstream speaks: there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import msgspec

from sobrio.terms.shape import Shape
from sobrio.wire import messages, responses
from sobrio.wire.stream import Translator

Fields: TypeAlias = Mapping[str, bytes]

_encode = msgspec.json.encode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Bridge:
    """`request` writes the upstream's request; `answer` and `stream` bring back what came of it.

    The last two take the client's own request, which some answers repeat in part, and the moment, in
    seconds since 1970. All raise `msgspec.DecodeError` for an answer that is none.
    """

    request: Callable[[Fields], dict[str, Any]]
    answer: Callable[[bytes, Fields, int], bytes]
    stream: Callable[[Fields, int], Translator]


@dataclass(frozen=True, slots=True)
class Chain:
    """A `Translator` made of two, one behind the other."""

    first: Translator
    second: Translator

    def feed(self, payload: bytes) -> Iterator[bytes]:
        for between in self.first.feed(payload):
            yield from self.second.feed(between)

    def close(self) -> Iterator[bytes]:
        for between in self.first.close():
            yield from self.second.feed(between)
        yield from self.second.close()


_CHAT_AT_MESSAGES = Bridge(
    messages.request_from_chat,
    lambda body, _fields, now: _encode(messages.answer_to_chat(body, created=now)),
    lambda _fields, now: messages.StreamToChat(now),
)
_MESSAGES_AT_CHAT = Bridge(
    messages.request_to_chat,
    lambda body, _fields, _now: _encode(messages.answer_from_chat(body)),
    lambda _fields, _now: messages.StreamFromChat(),
)
_RESPONSES_AT_CHAT = Bridge(
    responses.request_to_chat,
    lambda body, fields, _now: _encode(responses.answer_from_chat(body, fields)),
    lambda fields, _now: responses.StreamFromChat(fields),
)


def _through(near: Bridge, far: Bridge) -> Bridge:
    """Two bridges that meet in chat."""
    return Bridge(
        lambda fields: far.request(raw_fields(near.request(fields))),
        lambda body, fields, now: near.answer(far.answer(body, {}, now), fields, now),
        lambda fields, now: Chain(far.stream({}, now), near.stream(fields, now)),
    )


BRIDGES: Final[Mapping[tuple[Shape, Shape], Bridge]] = MappingProxyType(
    {
        ("chat", "messages"): _CHAT_AT_MESSAGES,
        ("messages", "chat"): _MESSAGES_AT_CHAT,
        ("responses", "chat"): _RESPONSES_AT_CHAT,
        ("responses", "messages"): _through(_RESPONSES_AT_CHAT, _CHAT_AT_MESSAGES),
    }
)
"""By the client's shape and the upstream's."""


def raw_fields(written: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: bytes(raw) for name, raw in _fields.decode(_encode(written)).items()}
