"""The head of an HTTP/1.1 request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sobrio import __version__
from sobrio.call.origin import Origin
from sobrio.errors import PolicyError
from sobrio.terms.answer import Call
from sobrio.terms.model import Backing

_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
"""Headers that frame the message: a policy may not set them."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TARGET = re.compile(r"/[\x21-\x7e]*")


def head_of(backing: Backing, call: Call, origin: Origin, prefix: str) -> bytes:
    """Raises `PolicyError` where a header or path could smuggle in another (RFC 9110, 5.5)."""
    target = prefix + call.path
    if not _TARGET.fullmatch(target):
        raise PolicyError(f"the path {target!r} below base_url holds a blank or a control character")
    headers = "".join(f"{name}: {value}\r\n" for name, value in _headers(backing, call))
    return (
        f"POST {target} HTTP/1.1\r\nhost: {origin.authority}\r\n{headers}"
        f"accept-encoding: identity\r\ncontent-length: {len(call.body)}\r\n\r\n"
    ).encode("latin-1")


def _headers(backing: Backing, call: Call) -> Iterator[tuple[str, str]]:
    own = {
        "content-type": "application/json",
        "accept": "text/event-stream" if call.stream else "application/json",
        "user-agent": f"sobrio/{__version__}",
    }
    if backing.api_key is not None:
        own["authorization"] = f"Bearer {backing.api_key}"
    for name, value in (own | {name.lower(): value for name, value in backing.headers.items()}).items():
        _must_be_sound(name, value)
        yield name, value


def _must_be_sound(name: str, value: str) -> None:
    """The value may be a secret, so the message never shows it."""
    if not _NAME.fullmatch(name) or name in _OURS:
        raise PolicyError(f"the header {name!r} may not be set for an upstream")
    if not _VALUE.fullmatch(value):
        raise PolicyError(f"the value of the header '{name}' holds a line break or a control character")
