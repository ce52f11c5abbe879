"""Bounds that keep one upstream from taking all memory or all sockets."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    connections: int = 512
    """Requests in flight to one origin; more wait for their turn."""
    idle_connections: int = 64
    """Connections kept for later to one origin."""
    idle_s: float = 20.0
    """Seconds a connection is kept without a request."""
    head_bytes: int = 64 * 1024
    body_bytes: int = 256 * MIB
    buffered_bytes: int = 256 * 1024
    """Bytes a slow reader may leave unread before the upstream is told to wait."""
