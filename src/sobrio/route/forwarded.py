"""Answers that are handed on as they are: embeddings and images. They are counted, not understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.route.answer import Answer

_SIZE: Final = re.compile(rb'"(\d{1,5})x(\d{1,5})"')
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_embeddings(body: bytes) -> Answer:
    """Complete as soon as it is there: the same text has the same vectors."""
    return Answer(body, _with_data(body), "stop", 0)


def read_images(body: bytes) -> Answer:
    """Without a finish reason, so that it is never kept: who asks again wants another picture."""
    fields = _with_data(body)
    return Answer(body, fields, None, 0, units=_pictures(fields["data"]))


def pixels_of(answered: Mapping[str, bytes | msgspec.Raw], asked: Mapping[str, bytes]) -> float | None:
    """Of each picture, by `size`: as the upstream says it is, else as it was asked for.

    `None` where neither says so in pixels, such as `auto`.
    """
    return _pixels(bytes(answered.get("size", b""))) or _pixels(asked.get("size", b""))


def _pixels(size: bytes) -> float | None:
    sides = _SIZE.fullmatch(size)
    return int(sides[1]) * int(sides[2]) or None if sides else None


def _with_data(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        fields = _object.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamBroken("the upstream answered with something that is not a JSON object") from None
    if "data" not in fields:
        raise UpstreamBroken("the upstream's answer has no 'data'")
    return fields


def _pictures(data: msgspec.Raw) -> int:
    try:
        return len(msgspec.json.decode(data, type=list[msgspec.Raw]))
    except msgspec.ValidationError:
        raise UpstreamBroken("the upstream's answer has no list of images") from None
