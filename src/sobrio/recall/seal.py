"""Sealing what is kept: keyed names instead of keys, and authenticated encryption for everything else."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import Final, Protocol

from sobrio.errors import CacheError

_NONCE: Final = 12
_LEAST_SECRET: Final = 32


class Seal(Protocol):
    """`about` binds sealed bytes to their place: moved elsewhere, they do not open."""

    @property
    def sealing(self) -> bool:
        """Whether what is sealed is unreadable without a key."""
        ...

    def name(self, plain: bytes) -> bytes:
        """The name something is kept under; the same for the same `plain`."""
        ...

    def close(self, data: bytes, about: bytes, /) -> bytes: ...

    def open(self, data: bytes, about: bytes, /) -> bytes: ...


class Unsealed:
    """Everything as it is."""

    sealing = False

    def name(self, plain: bytes) -> bytes:
        return plain

    def close(self, data: bytes, _about: bytes, /) -> bytes:
        return data

    def open(self, data: bytes, _about: bytes, /) -> bytes:
        return data


class AesSeal:
    """AES-256-GCM under a key derived from the secret; names are BLAKE2b under another."""

    sealing = True

    def __init__(self, secret: str) -> None:
        """Raises `CacheError` for a secret under 32 characters, or without the cryptography package."""
        if len(secret) < _LEAST_SECRET:
            raise CacheError(
                "the cache's key is too short; set SOBRIO_CACHE_KEY to the output of `openssl rand -hex 32`"
            )
        self._cipher = _cipher(_derived(secret, b"text"))
        self._names = _derived(secret, b"name")

    def name(self, plain: bytes) -> bytes:
        return blake2b(plain, digest_size=32, key=self._names).digest()

    def close(self, data: bytes, about: bytes, /) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + bytes(self._cipher.encrypt(nonce, data, about))

    def open(self, data: bytes, about: bytes, /) -> bytes:
        """Raises `CacheError` when the bytes were sealed under another key, or changed."""
        from cryptography.exceptions import InvalidTag

        try:
            return bytes(self._cipher.decrypt(data[:_NONCE], data[_NONCE:], about))
        except (InvalidTag, ValueError):
            message = "a kept answer does not open: it was changed, or sealed under another SOBRIO_CACHE_KEY"
            raise CacheError(message) from None


def opens(seal: Seal, data: bytes, about: bytes) -> bool:
    """Whether these sealed bytes are for this key."""
    if not seal.sealing:
        return False
    try:
        seal.open(data, about)
    except CacheError:
        return False
    return True


def seal_of(secret: str | None) -> Seal:
    return AesSeal(secret) if secret else Unsealed()


def _derived(secret: str, purpose: bytes) -> bytes:
    return blake2b(
        purpose, key=blake2b(secret.encode()).digest(), digest_size=32, person=b"sobrio cache"
    ).digest()


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


def _cipher(key: bytes) -> _Cipher:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise CacheError(
            "SOBRIO_CACHE_KEY is set but cryptography is missing; pip install 'sobrio[sealed]'"
        ) from None
    return AESGCM(key)
