"""Keeping what a backing must not show out of what others can read."""

from __future__ import annotations

from sobrio.terms.model import Backing

_SHORTEST = 8
_BLACK = "[secret]"


def without_secrets(text: str, backing: Backing) -> str:
    """`text` with the backing's key and header values blacked out, where an upstream repeats them."""
    for secret in _secrets(backing):
        text = text.replace(secret, _BLACK)
    return text


def without_secret_bytes(data: bytes, backing: Backing) -> bytes:
    for secret in _secrets(backing):
        data = data.replace(secret.encode(), _BLACK.encode())
    return data


def _secrets(backing: Backing) -> list[str]:
    """Shorter values are words such as `true`, not secrets."""
    values = (backing.api_key, *backing.headers.values())
    return [value for value in values if value and len(value) >= _SHORTEST]
