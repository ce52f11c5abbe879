"""Text encoders behind one port (`sobrio.terms.ports.Encoder`)."""

from __future__ import annotations

from functools import cache

from sobrio.encode.hashed import HashedEncoder

__all__ = ["HashedEncoder", "default_encoder"]


@cache
def default_encoder() -> HashedEncoder:
    """The encoder of the default path: numpy only, no weights, the same vectors on every machine."""
    return HashedEncoder()
