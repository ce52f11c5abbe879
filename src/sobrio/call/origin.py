"""Where an upstream listens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from sobrio.errors import PolicyError

OPENAI = "https://api.openai.com/v1"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a base URL; `str()` is `HOST:PORT`, as error messages say it."""

    scheme: str
    host: str
    port: int
    authority: str
    """What the `host` header says: without the port where it is the scheme's own."""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@lru_cache(maxsize=256)
def origin_of(base_url: str) -> tuple[Origin, str]:
    """The origin of a base URL, and the path below which its endpoints lie. Raises `PolicyError`."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise PolicyError(f"base_url '{base_url}' is not a URL: {error}") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise PolicyError(f"base_url '{base_url}' is not a URL; write it as http://HOST:PORT/v1")
    if parts.username is not None or parts.query or parts.fragment:
        raise PolicyError(f"base_url for '{parts.hostname}' must be scheme, host, port and path alone")
    usual = _PORTS[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    authority = f"{host}:{port}" if port not in (None, usual) else host
    return Origin(parts.scheme, parts.hostname, port or usual, authority), parts.path.rstrip("/")
