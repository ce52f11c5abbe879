"""Text encoders behind one port (`sobrio.terms.ports.Encoder`)."""

from __future__ import annotations

from functools import cache

from sobrio.encode.hashed import HashedEncoder, Sparse
from sobrio.encode.named import encoder_named
from sobrio.encode.spans import Spans, spans_of
from sobrio.encode.static import StaticEncoder, static_encoder

__all__ = [
    "HashedEncoder",
    "Spans",
    "Sparse",
    "StaticEncoder",
    "default_encoder",
    "encoder_named",
    "spans_of",
    "static_encoder",
]


@cache
def default_encoder() -> HashedEncoder:
    """The encoder of the default path: numpy only, no weights, the same vectors on every machine."""
    return HashedEncoder()
