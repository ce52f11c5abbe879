"""The key of the exact cache: two requests share it only when their answers may be shared."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

import msgspec

from sobrio.terms.request import Request

_FORMAT: Final = b"sobrio exact 1"
_WITHOUT_EFFECT: Final = frozenset({"model", "stream", "stream_options", "user", "metadata", "sobrio"})
"""Fields that leave the answer as it is; `model` is hashed as the request's own."""


def _number(literal: str) -> msgspec.Raw:
    """Numbers stay as written: 1e400 and 1e500 are not the same."""
    return msgspec.Raw(literal.encode())


_decoder = msgspec.json.Decoder(float_hook=_number)
_encoder = msgspec.json.Encoder(order="sorted")


def exact_key(request: Request, policy_version: str) -> tuple[bytes, str]:
    """The key (32 bytes) and the scope, which is the caller's tenant.

    Key order and white space of the body do not matter; everything else does.
    """
    digest = blake2b(digest_size=32)
    for part in _parts(request, policy_version):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest(), request.caller.tenant


def _parts(request: Request, policy_version: str) -> Iterator[bytes]:
    """Each part is preceded by its length, so that no text can pretend to be two."""
    yield _FORMAT
    yield request.caller.tenant.encode()
    yield policy_version.encode()
    yield request.model.encode()
    yield _encoder.encode(_wishes(request))
    for name in sorted(request.fields.keys() - _WITHOUT_EFFECT):
        yield name.encode()
        yield _canonical(request.fields[name])


def _wishes(request: Request) -> tuple[object, ...]:
    """What of the options may lead to another model."""
    options = request.options
    team = request.caller.team or options.team
    return team, options.quality_floor, options.max_latency_ms, options.pin


def _canonical(raw: bytes) -> bytes:
    return _encoder.encode(_decoder.decode(raw))
