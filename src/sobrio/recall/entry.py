"""A kept answer: the upstream's JSON, and what is needed to book a repeat of it."""

from __future__ import annotations

from typing import Final

import msgspec

from sobrio.errors import CacheError
from sobrio.terms.passage import Citation


class Entry(msgspec.Struct, frozen=True):
    body: bytes
    """The whole answer as one JSON document, streamed or not."""
    deployment: str
    model: str
    """Catalogue name of the model that answered."""
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int
    finish_reason: str
    at: str
    """UTC, ISO 8601, when the answer was made."""
    receipt: str = ""
    """Receipt of the call that made it."""
    edition: int | None = None
    """Of the passages that were looked through, whether any were added or not; `None` where none were."""
    passages: tuple[Citation, ...] = ()
    """Those that were added, in the order of the numbers that the answer may quote."""
    scopes: tuple[str, ...] = ()
    """Those whose passages were looked through."""


WRONG: Final = b"\xc1"
"""In the place of an entry: what was given to this request turned out to be wrong. No entry begins so."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    return _encoder.encode(entry)


def decode(data: bytes) -> Entry:
    """Raises `CacheError` when `data` is not an entry of this version."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise CacheError(f"the cached answer cannot be read ({error}); clear the cache") from None
