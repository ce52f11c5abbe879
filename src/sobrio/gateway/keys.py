"""Who may ask: bearer keys, kept as digests and compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sobrio.errors import InputError
from sobrio.gateway.asgi import Headers
from sobrio.terms.request import Caller

ONE_KEY = "SOBRIO_API_KEY"
MANY_KEYS = "SOBRIO_API_KEYS"


@dataclass(frozen=True, slots=True)
class Key:
    """One accepted key. Each key is a tenant of its own: no answer crosses from one cache to another."""

    digest: bytes
    caller: Caller


@dataclass(frozen=True, slots=True)
class Keys:
    """The accepted keys; none means that everyone who can reach the gateway may ask."""

    accepted: tuple[Key, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.accepted)

    def caller(self, headers: Headers) -> Caller:
        """Raises `InputError` (401) when a key is needed and none that is known was sent."""
        if not self.accepted:
            _must_be_meant(headers.get("host", ""))
            return Caller()
        digest = hashlib.sha256(_secret(headers).encode("latin-1")).digest()
        known = [key.caller for key in self.accepted if hmac.compare_digest(key.digest, digest)]
        if not known:
            message = "the API key is missing or unknown; send authorization: Bearer <key>"
            raise InputError(message, status=401, code="invalid_api_key")
        return known[0]


def _must_be_meant(host: str) -> None:
    """Without keys, a web page could point its own name at this machine and use the gateway from there.

    Raises `InputError` (403) for a name that is not this machine's own.
    """
    name = host[1 : host.rfind("]")] if host.startswith("[") else host.partition(":")[0]
    if name and not is_loopback(name):
        message = f"{name[:200]!r} is not a name of this machine; to be reached under it, set {ONE_KEY}"
        raise InputError(message, status=403, code="unknown_host")


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def keys_from(environ: Mapping[str, str]) -> Keys:
    """Keys out of `SOBRIO_API_KEY` (one) and `SOBRIO_API_KEYS` (comma-separated, `team:key` or `key`)."""
    one = environ.get(ONE_KEY, "").strip()
    many = (each.strip() for each in environ.get(MANY_KEYS, "").split(","))
    return Keys(tuple(_keys(filter(None, (one, *many)))))


def _keys(texts: Iterable[str]) -> Iterable[Key]:
    for text in texts:
        team, _, secret = text.rpartition(":")
        digest = hashlib.sha256(secret.encode()).digest()
        key_id = digest.hex()[:12]
        yield Key(digest, Caller(tenant=team or key_id, team=team or None, key_id=key_id))


def _secret(headers: Headers) -> str:
    """OpenAI's clients send a bearer, Anthropic's a header of its own."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
