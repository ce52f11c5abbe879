"""Addresses inside a request that some server will fetch: only public ones may be passed on.

The gateway fetches nothing itself, but upstreams do, and litellm does for some providers. A request must
not make them read files, cloud metadata or neighbours on a private network. A public name that resolves
to a private address cannot be seen from here; upstreams that fetch need a guard of their own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from sobrio.errors import InputError
from sobrio.policy import Policy
from sobrio.route.pictures import without_pictures
from sobrio.terms.request import Request

_KEYS: Final = frozenset({"url", "image_url", "video_url", "audio_url", "file_url"})
_PLAIN: Final = re.compile(
    rb'"(?:(?:(?:image|video|audio|file)_)?url"\s*:\s*"(?!data:)|file_data"\s*:\s*"(?!data:)(?=[^":]*:))([^"]*)"'
)
"""Data of a file is an address where there is a colon in it; base64 has none."""
_INSIDE: Final = (".local", ".internal", ".localhost", ".home.arpa", ".svc", ".cluster.local")
_CARRYING: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*\.?")
"""Hosts that are numbers in any of the old notations (2130706433, 0x7f.1, 0177.0.0.1)."""


def refuse_private(raw: bytes) -> None:
    """`raw` is the JSON of the turns. Raises `InputError` for an address that is not public.

    Inline data is not looked at.
    """
    for address in _addresses(without_pictures(raw)):
        reason = _private(address)
        if reason:
            message = f"{_shown(address)} {reason}; send the picture inline (data:) or from a public address"
            raise InputError(message, code="address_refused")


def refuse_in(request: Request, policy: Policy) -> None:
    """The same for a request with pictures or files in it, where the policy does not allow such addresses."""
    if not policy.callers.private_addresses and any(each.images or each.files for each in request.messages):
        refuse_private(request.fields.get("messages", request.fields.get("input", b"[]")))


def _shown(address: str) -> str:
    """Without its user, path and query, which may be secrets: the message goes into the receipt."""
    try:
        parts = urlsplit(address.strip())
        shown = f"{parts.scheme}://{parts.hostname}" if parts.scheme and parts.hostname else ""
    except ValueError:
        shown = ""
    return repr(shown[:200]) if shown else "what is sent as an address"


def _addresses(raw: bytes) -> Iterator[str]:
    """An escape could hide a key or an address from a search over the bytes, so these are decoded."""
    if b"\\" in raw.replace(b'\\"', b"").replace(b"\\n", b""):
        yield from _within(msgspec.json.decode(raw))
    else:
        yield from (found.decode("utf-8", "replace") for found in _PLAIN.findall(raw))


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _within(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if (key in _KEYS or key == "file_data") and isinstance(each, str):
                if not each.startswith("data:") and (key in _KEYS or ":" in each):
                    yield each
            else:
                yield from _within(each)


def _private(address: str) -> str | None:
    """Why an address may not be passed on, in words."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return "is not an address"
    if parts.scheme.lower() not in ("http", "https"):
        return "is not an http address"
    if not host or host == "localhost" or host.endswith(_INSIDE) or ("." not in host and ":" not in host):
        return "is an address inside a network"
    return _of_number(host)


def _of_number(host: str) -> str | None:
    try:
        number = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "is an address in a disguise" if _NUMBER.fullmatch(host) else None
    inside = number if isinstance(number, ipaddress.IPv4Address) else _within_six(number)
    return None if inside.is_global and not inside.is_multicast else "is an address inside a network"


def _within_six(number: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The older address that a newer one leads to (RFC 4291, 3056, 6052)."""
    if any(number in net for net in _CARRYING):
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped or number.sixtofour or number
