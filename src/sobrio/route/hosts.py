"""Whether an address leads out into the public network, read as those do who fetch it."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final
from urllib.parse import SplitResult, urlsplit

_INSIDE: Final = (
    ".local", ".internal", ".localhost", ".localdomain", ".lan", ".intranet", ".corp", ".home", ".private",
    ".home.arpa", ".svc",
)  # fmt: skip
"""Names that networks give themselves (RFC 6762, appendix G, and RFC 8375)."""
_CARRYING: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
_NAME: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_NUMBER: Final = re.compile(r"(?:.*\.)?(?:0x[0-9a-f]*|\d+)")
"""Hosts that end in a number, in any of the old notations (2130706433, 0x7f.1, 0177.0.0.1)."""
_ELSEWHERE: Final = "is an address inside a network"
_UNREADABLE: Final = "is not an address that can be read"


def why_private(address: str) -> str | None:
    """Why an address may not be passed on, in words; `None` for a public one."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return _UNREADABLE
    if parts.scheme.lower() not in ("http", "https"):
        return "is not an http address"
    return _of_host(parts)


def shown(address: str) -> str:
    """Without its user, path and query, which may be secrets: the message goes into the receipt."""
    try:
        parts = urlsplit(address.strip())
        told = f"{parts.scheme}://{parts.hostname}" if parts.scheme and parts.hostname else ""
    except ValueError:
        told = ""
    return repr(told[:200]) if told else "what is sent as an address"


def _of_host(parts: SplitResult) -> str | None:
    """Where readers differ on which part is the host, it is nobody's."""
    if "\\" in parts.netloc or parts.netloc.count("@") > 1:
        return _UNREADABLE
    if not parts.hostname:
        return _ELSEWHERE
    return _of_number(parts.hostname) if "[" in parts.netloc else _of_name(parts.hostname)


def _of_name(name: str) -> str | None:
    try:
        host = _as_looked_up(name)
    except UnicodeError:
        return _UNREADABLE
    if not _NAME.fullmatch(host):
        return _UNREADABLE
    if _NUMBER.fullmatch(host):
        return _of_number(host)
    return _ELSEWHERE if "." not in host or host.endswith(_INSIDE) else None


def _as_looked_up(host: str) -> str:
    """What a name server is asked for: ①２⑦。0.0.1 is 127.0.0.1 (RFC 3490, UTS 46). Raises `UnicodeError`.

    Digits that came into Unicode after that RFC are known to the first step alone.
    """
    if host.isascii():
        return host.lower().removesuffix(".")
    plain = unicodedata.normalize("NFKC", host).removesuffix(".")
    return plain.encode("idna").decode("ascii").lower().removesuffix(".")


def _of_number(host: str) -> str | None:
    try:
        number = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "is an address in a disguise"
    inside = number if isinstance(number, ipaddress.IPv4Address) else _within_six(number)
    return None if inside.is_global and not inside.is_multicast else _ELSEWHERE


def _within_six(number: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The older address that a newer one leads to (RFC 4291, 3056, 6052)."""
    if any(number in net for net in _CARRYING):
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped or number.sixtofour or number
