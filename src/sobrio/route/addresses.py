"""Addresses inside a request that some server will fetch: only public ones may be passed on.

The gateway fetches nothing itself, but upstreams do, and litellm does for some providers. A request must
not make them read files, cloud metadata or neighbours on a private network. A public name that resolves
to a private address cannot be seen from here; upstreams that fetch need a guard of their own.

Upstreams differ in what they read as an address, so there is no list of parts that may hold one: wherever a
string is not text, not a tool's schema or arguments and not the caller's own note, it may.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from sobrio.errors import InputError
from sobrio.policy import Policy
from sobrio.route.hosts import shown, why_private
from sobrio.route.pictures import without_pictures
from sobrio.terms.request import Request

_TEXT: Final = frozenset(
    {"text", "content", "input", "output", "prompt", "system", "instructions", "arguments", "thinking",
     "reasoning", "reasoning_content", "refusal", "summary", "name", "title", "description", "context",
     "filename", "suffix", "stop", "transcript", "query"}
)  # fmt: skip
"""Of these, strings are read by a model and fetched by nobody."""
_OPAQUE: Final = frozenset(
    {"parameters", "input_schema", "schema", "json_schema", "response_format", "metadata", "annotations",
     "citations", "model", "user", "sobrio"}
)  # fmt: skip
"""Of these, everything is: schemas, the caller's own notes, and where an earlier answer's words came from."""
_INLINE: Final = "data:"
_URL: Final = re.compile(r"(?:\w+_)?ur[li]")
"""Fields whose string is an address, whatever it looks like."""
_ADDRESS: Final = re.compile(r"\W*[a-z][a-z0-9+.\-]*:[/\\]", re.IGNORECASE)
_SIGNS: Final = (
    re.compile(
        rb'"(?<![^\[{:,\s]")(?:\s|\\u[0-9a-fA-F]{4}|\\[bfnrt]|[^\w\s"\\])*+[A-Za-z][A-Za-z0-9+.\-]*+:[/\\]'
    ),
    re.compile(rb'ur[li]"\s*+:\s*+"(?!data:)'),
    re.compile(rb'file_data"\s*+:\s*+"(?!data:)[^":]*+:'),
    re.compile(rb"\\u00[2-7]"),
)
"""A string that begins as an address does, or stands where one must; or a letter nobody had to escape.

Most requests have none of these, and are not looked into any further. Each begins with plain bytes, which
are searched for at a nanosecond a byte.
"""


def refuse_in(request: Request, policy: Policy) -> None:
    """Raises `InputError` for an address that is not public, where the policy does not allow such."""
    if not policy.callers.private_addresses:
        for name, raw in request.fields.items():
            if name not in _OPAQUE:
                refuse_private(raw, name)


def refuse_private(raw: bytes, name: str = "messages") -> None:
    """The same of one field of a body, given as JSON. Inline data is not looked at."""
    told = without_pictures(raw)
    if not any(sign.search(told) for sign in _SIGNS):
        return
    try:
        for address in _addresses(_read(told), name):
            _must_be_public(address)
    except RecursionError:
        raise InputError("the body is nested too deeply") from None


def _read(raw: bytes) -> Any:
    """Objects as tuples of pairs: of fields with one name an upstream may take the first or the last.

    Numbers may have any number of digits, and nobody asks for their value.
    """
    return json.loads(raw.decode(), object_pairs_hook=tuple, parse_int=float, strict=False)


def _must_be_public(address: str) -> None:
    reason = why_private(address)
    if reason:
        message = f"{shown(address)} {reason}; send the picture inline (data:) or from a public address"
        raise InputError(message, code="address_refused")


def _addresses(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, str):
        if name not in _TEXT and _may_be_fetched(value, name):
            yield value
    elif isinstance(value, list):
        for each in value:
            yield from _addresses(each, name)
    elif isinstance(value, tuple):
        for key, each in value:
            if not _said_by_the_model(key, each):
                yield from _addresses(each, "text" if name == "variables" else key)


def _may_be_fetched(value: str, name: str) -> bool:
    """Data of a file is an address where there is a colon in it; base64 has none."""
    if value.startswith(_INLINE):
        return False
    if _URL.fullmatch(name) or (name == "file_data" and ":" in value):
        return True
    return _ADDRESS.match(value) is not None


def _said_by_the_model(key: str, value: Any) -> bool:
    """Such as the arguments of a tool call, which Anthropic has as an object named `input`."""
    return key in _OPAQUE or (key == "input" and isinstance(value, tuple))
