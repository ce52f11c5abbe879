"""Text encoders behind one port (`sobrio.terms.ports.Encoder`)."""

from __future__ import annotations

from functools import cache

from sobrio.encode.hashed import HashedEncoder, Sparse
from sobrio.encode.spans import Spans, spans_of

__all__ = ["HashedEncoder", "Spans", "Sparse", "default_encoder", "spans_of"]


@cache
def default_encoder() -> HashedEncoder:
    """The encoder of the default path: numpy only, no weights, the same vectors on every machine."""
    return HashedEncoder()
