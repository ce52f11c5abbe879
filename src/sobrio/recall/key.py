"""Keys: two requests share one only when their answers may be shared.

The exact key covers the whole request. The context covers everything but the last text, so that only the
likeness of that text is left to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b, sha256
from itertools import chain
from typing import Final

import msgspec

from sobrio.terms.request import Request

_FORMAT: Final = b"sobrio exact 1"
_CONTEXT_FORMAT: Final = b"sobrio context 1"
_STORED_FORMAT: Final = b"sobrio stored 1"
_WITHOUT_EFFECT: Final = frozenset({"model", "stream", "stream_options", "user", "metadata", "sobrio"})
"""Fields that leave the answer as it is; `model` is hashed as the request's own."""
_LONG: Final = 128 * 1024
"""Bytes of a request that are read for its key."""


def _number(literal: str) -> msgspec.Raw:
    """Numbers stay as written: 1e400 and 1e500 are not the same."""
    return msgspec.Raw(literal.encode())


_decoder = msgspec.json.Decoder(float_hook=_number)
_encoder = msgspec.json.Encoder(order="sorted")
_turns = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


def exact_key(request: Request, policy_version: str, salt: bytes = b"") -> tuple[bytes, str]:
    """The key (32 bytes) and the scope, which is the caller's tenant.

    Key order and white space of the body do not matter; everything else does. `salt` (at most 64 bytes)
    is the store's own: without it nobody can tell from a key which text was asked.
    """
    parts = _parts(_FORMAT, request, policy_version, request.fields)
    return _digest(parts, 32, salt), request.caller.tenant


def context_key(
    request: Request, policy_version: str, *, language: str, judged_by: str, salt: bytes = b""
) -> bytes:
    """16 bytes: tenant, system prompt, earlier turns, format, parameters and wishes; not the last text.

    `judged_by` names what compares the texts (encoder and judge); with another one everything begins anew.
    """
    fields = {**request.fields, "messages": _without_last_text(request.fields["messages"])}
    parts = _parts(_CONTEXT_FORMAT, request, policy_version, fields)
    return _digest(chain(parts, (language.encode(), judged_by.encode())), 16, salt)


def stored_key(tenant: str, response_id: str, salt: bytes = b"") -> bytes:
    """32 bytes for a response that an upstream keeps: to another tenant the same id is another key."""
    return _digest((_STORED_FORMAT, tenant.encode(), response_id.encode()), 32, salt)


def _digest(parts: Iterable[bytes], size: int, salt: bytes) -> bytes:
    """Each part is preceded by its length, so that no text can pretend to be two."""
    framed = [each for part in parts for each in (len(part).to_bytes(8, "big"), part)]
    return blake2b(b"".join(framed), digest_size=size, key=salt).digest()


def _parts(
    kind: bytes, request: Request, policy_version: str, fields: Mapping[str, bytes]
) -> Iterator[bytes]:
    yield kind
    yield request.caller.tenant.encode()
    yield policy_version.encode()
    yield request.model.encode()
    yield _encoder.encode((request.shape, request.headers))
    yield _encoder.encode(_wishes(request))
    room = _LONG
    for name in sorted(fields.keys() - _WITHOUT_EFFECT):
        yield name.encode()
        yield _canonical(fields[name], room)
        room -= len(fields[name])


def _without_last_text(messages: bytes) -> bytes:
    """The turns with the last one's content blank; its other fields stay, such as the author's name."""
    turns = _turns.decode(messages)
    return _encoder.encode([*turns[:-1], {**turns[-1], "content": None}])


def _wishes(request: Request) -> tuple[object, ...]:
    """What of the options may lead to another model."""
    options = request.options
    team = request.caller.team or options.team
    claimed = request.caller.team_claimed  # it may not see the passages that the team itself may see
    return team, claimed, options.quality_floor, options.max_latency_ms, options.pin


def _canonical(raw: bytes, room: int) -> bytes:
    """A value too long for the room left, such as one with a picture in it, is taken as it is written:
    reading it costs more than a second spelling of it is worth."""
    if len(raw) <= room:
        with suppress(msgspec.ValidationError):  # a whole number too long to be read
            return _encoder.encode(_decoder.decode(raw))
    return b"sha256 " + sha256(raw).digest()
