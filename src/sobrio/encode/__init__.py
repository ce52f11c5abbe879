"""Text encoders behind one port (`sobrio.terms.ports.Encoder`)."""

from __future__ import annotations

from functools import cache

from sobrio.encode.hashed import HashedEncoder, Sparse
from sobrio.encode.spans import Spans, spans_of
from sobrio.encode.static import StaticEncoder

__all__ = [
    "HashedEncoder",
    "Spans",
    "Sparse",
    "StaticEncoder",
    "default_encoder",
    "spans_of",
    "static_encoder",
]


@cache
def default_encoder() -> HashedEncoder:
    """The encoder of the default path: numpy only, no weights, the same vectors on every machine."""
    return HashedEncoder()


@cache
def static_encoder() -> StaticEncoder:
    """The encoder for likeness of meaning, English, French, German and Spanish alike; read once."""
    return StaticEncoder.load()
