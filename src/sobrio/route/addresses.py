"""Addresses inside a request that some server will fetch: only public ones may be passed on.

The gateway fetches nothing itself, but upstreams do, and litellm does for some providers. A request must
not make them read files, cloud metadata or neighbours on a private network. A public name that resolves
to a private address cannot be seen from here; upstreams that fetch need a guard of their own.

Upstreams differ in what they read as an address, so there is no list of parts that may hold one: whatever
stands where the name of its field says that it is one, or a picture, a sound or a file, in any part. What
models, tools and schemas say is passed on as it is, and so are texts, sources and labels.
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

_OPAQUE: Final = frozenset(
    {"parameters", "input_schema", "output_schema", "input_examples", "returns", "schema", "json_schema",
     "response_format", "format", "guided_json", "structured_outputs", "metadata", "annotations", "citations",
     "action", "results", "current_url", "model", "user", "sobrio"}
)  # fmt: skip
"""Of these nothing is fetched: schemas, the caller's own notes, what a hosted tool did and came upon, and
where an earlier answer's words came from."""
_SAID: Final = ("input", "arguments")
"""Objects of these names are what a model calls a tool with."""
_INLINE: Final = "data:"
_URL: Final = re.compile(r"(?:\w+_)?ur[li]s?|\w+url")
"""Fields whose strings are addresses, whatever they look like."""
_MEDIA: Final = re.compile(
    r"\w*(?:image|picture|photo|video|audio|media|file|mask|webhook|callback)\w*(?<!name)"
)
"""Fields whose strings may be addresses, if they look like one."""
_PART: Final = re.compile(
    r"(?:input_|output_)?(?:image|picture|photo|video|audio|media|file)(?:_(?:url|uri|file|data))?"
)
"""Types of parts for which the same holds, whatever their fields are called."""
_BESIDE: Final = frozenset({"text", "title", "context", "name", "filename", "type"})
"""What is said about a picture or a file."""
_ADDRESS: Final = re.compile(r"\W*[a-z][a-z0-9+.\-]*:[/\\]", re.IGNORECASE)
_SIGNS: Final = (
    re.compile(
        rb'"(?<![^\[{:,\s]")(?:\s|\\u[0-9a-fA-F]{4}|\\[bfnrt]|[^\w\s"\\])*+[A-Za-z][A-Za-z0-9+.\-]*+:[/\\]'
    ),
    re.compile(rb'ur[li]s?"\s*+:\s*+(?:"(?!data:)|\[)'),
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
    plain = told.lower()  # a letter of either case would be searched for ten times as slowly
    if not any(sign.search(plain) for sign in _SIGNS):
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
        if _may_be_fetched(value, name):
            yield value
    elif isinstance(value, list):
        for each in value:
            yield from _addresses(each, name)
    elif isinstance(value, tuple):
        kind = next((str(each).lower() for key, each in value if key == "type"), "")
        within = _MEDIA.fullmatch(name) is not None or _PART.fullmatch(kind) is not None
        for key, each in value:
            if within or not _passed_on(key, each):
                yield from _addresses(each, _told_by(key.lower(), within=within))


def _passed_on(key: str, value: Any) -> bool:
    return key in _OPAQUE or (key in _SAID and isinstance(value, tuple))


def _told_by(key: str, *, within: bool) -> str:
    """What is inside of a picture or a file belongs to it, whatever it is called there."""
    return "media" if within and key not in _BESIDE and not _URL.fullmatch(key) else key


def _may_be_fetched(value: str, name: str) -> bool:
    """Data of a file is an address where there is a colon in it; base64 has none."""
    if value[: len(_INLINE)].lower() == _INLINE:
        return False
    if _URL.fullmatch(name) or (name == "file_data" and ":" in value):
        return True
    return _MEDIA.fullmatch(name) is not None and _ADDRESS.match(value) is not None
