"""Answers that are handed on as they are: embeddings and images. They are counted, not understood."""

from __future__ import annotations

import msgspec

from sobrio.errors import UpstreamBroken
from sobrio.route.answer import Answer

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_embeddings(body: bytes) -> Answer:
    """Complete as soon as it is there: the same text has the same vectors."""
    return Answer(body, _with_data(body), "stop", 0)


def read_images(body: bytes) -> Answer:
    """Without a finish reason, so that it is never kept: who asks again wants another picture."""
    fields = _with_data(body)
    return Answer(body, fields, None, 0, units=_pictures(fields["data"]))


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
