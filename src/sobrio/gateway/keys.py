"""Who may ask: bearer keys, kept as digests and compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sobrio.errors import InputError
from sobrio.gateway.asgi import Headers
from sobrio.gateway.keystore import RIGHTS, KeyStore, Right
from sobrio.terms.request import Caller

ONE_KEY = "SOBRIO_API_KEY"
MANY_KEYS = "SOBRIO_API_KEYS"


@dataclass(frozen=True, slots=True)
class Key:
    """One accepted key. Each key is a tenant of its own: no answer crosses from one cache to another."""

    digest: bytes
    caller: Caller
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True)
class Admission:
    """Who has come in, and what that one may do."""

    caller: Caller
    rights: frozenset[Right] = frozenset(RIGHTS)
    models: frozenset[str] | None = None
    """Model names that may be asked for; `None` means any."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The accepted keys; none means that everyone who can reach the gateway may do everything."""

    accepted: tuple[Key, ...] = ()
    """From the environment."""
    issued: KeyStore | None = None

    def __bool__(self) -> bool:
        return bool(self.accepted) or bool(self.issued)

    def admit(self, headers: Headers) -> Admission:
        """Raises `InputError` (401) when a key is needed and none that is known was sent."""
        if not self:
            _must_be_meant(headers.get("host", ""))
            return _ANYONE
        secret = _secret(headers)
        issued = self.issued.holder(secret) if self.issued else None
        if issued is not None:
            caller = Caller(issued.tenant, issued.team, issued.app, issued.id, account=issued.account)
            return Admission(caller, issued.rights, issued.models)
        digest = hashlib.sha256(secret.encode("latin-1")).digest()
        known = [key for key in self.accepted if hmac.compare_digest(key.digest, digest)]
        if not known:
            message = "the API key is missing, unknown or no longer valid; send authorization: Bearer <key>"
            raise InputError(message, status=401, code="invalid_api_key")
        return Admission(known[0].caller, known[0].rights)

    def close(self) -> None:
        if self.issued is not None:
            self.issued.close()


_ANYONE: Final = Admission(Caller())


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


def keys_from(environ: Mapping[str, str], issued: KeyStore | None = None) -> Keys:
    """Keys out of `SOBRIO_API_KEY` and `SOBRIO_API_KEYS`, beside those that were issued here.

    The first holds one, its owner's, with every right; the second holds several, separated by commas
    (`team:key` or `key`), which may call and read. Raises `InputError` for a team whose key is empty.
    """
    one = environ.get(ONE_KEY, "").strip()
    many = (each.strip() for each in environ.get(MANY_KEYS, "").split(","))
    owners = (_key("", each, frozenset(RIGHTS)) for each in (one,) if each)
    return Keys((*owners, *(_of_team(each) for each in many if each)), issued)


def _of_team(text: str) -> Key:
    team, _, secret = (part.strip() for part in text.rpartition(":"))
    if not secret:  # a variable that was not set, most likely: such a key would let everybody in
        raise InputError(f"the key of {team!r} in {MANY_KEYS} is empty; write {team}:<key>, or leave it out")
    return _key(team, secret)


def _key(team: str, secret: str, rights: frozenset[Right] = frozenset({"call", "read"})) -> Key:
    digest = hashlib.sha256(secret.encode()).digest()
    key_id = digest.hex()[:12]
    return Key(digest, Caller(tenant=team or key_id, team=team or None, key_id=key_id), rights)


def _secret(headers: Headers) -> str:
    """OpenAI's clients send a bearer, Anthropic's a header of its own."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")


def with_password(headers: Headers) -> Headers:
    """The password that a browser asked its user for, as a key (RFC 7617); the name means nothing."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return headers
    try:
        password = b64decode(given, validate=True).decode().partition(":")[2]
    except ValueError:
        password = ""
    return headers | {"authorization": f"Bearer {password}"}
