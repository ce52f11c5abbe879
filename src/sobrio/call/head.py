"""The head of an HTTP/1.1 request."""

from __future__ import annotations

import re
from functools import lru_cache

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
    headers = tuple(backing.headers.items())
    target = prefix + call.path
    if not _TARGET.fullmatch(target):
        raise PolicyError(f"the path {target!r} below base_url holds a blank or a control character")
    lasting = _lasting(origin.authority, call.stream, backing.api_key, headers)
    start = f"{call.method} {target} HTTP/1.1\r\n".encode("latin-1")
    return b"%s%scontent-length: %d\r\n\r\n" % (start, lasting, len(call.body))


@lru_cache(maxsize=256)
def _lasting(authority: str, stream: bool, api_key: str | None, given: tuple[tuple[str, str], ...]) -> bytes:
    """The headers that all requests of a kind to one deployment have."""
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if stream else "application/json",
        "user-agent": f"sobrio/{__version__}",
    }
    if api_key is not None:
        headers["authorization"] = f"Bearer {api_key}"
    headers |= {name.lower(): value for name, value in given}
    for name, value in headers.items():
        _must_be_sound(name, value)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"host: {authority}\r\naccept-encoding: identity\r\n{lines}".encode("latin-1")


def _must_be_sound(name: str, value: str) -> None:
    """The value may be a secret, so the message never shows it."""
    if not _NAME.fullmatch(name) or name in _OURS:
        raise PolicyError(f"the header {name!r} may not be set for an upstream")
    if not _VALUE.fullmatch(value):
        raise PolicyError(f"the value of the header '{name}' holds a line break or a control character")
