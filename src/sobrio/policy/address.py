"""Addresses of upstreams: what can be told of one without asking it."""

from __future__ import annotations

from urllib.parse import urlsplit


def flaw(address: str) -> str | None:
    """Why nothing can ever be called at `address`, as the end of a sentence; `None` when something may."""
    if not address.isprintable() or " " in address:
        return "has no spaces or control characters"
    try:
        parts = urlsplit(address)
        known = parts.port is None or parts.port > 0
    except ValueError:
        return "has a host and a port that there can be"
    if parts.scheme not in ("http", "https") or not parts.hostname or not known:
        return "begins with http:// or https:// and names a host"
    if parts.username is not None:
        return "has no name or password in it; the key goes into api_key_env"
    return "ends with its path: paths are added to it" if parts.query or parts.fragment else None
