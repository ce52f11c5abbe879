"""AWS event streams: a length, headers, a payload and two checksums for each event.

Source: the `application/vnd.amazon.eventstream` encoding of the AWS documentation.
"""

from __future__ import annotations

import struct
from binascii import crc32
from typing import Final

import msgspec

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"
_STRING: Final = 7
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def framed(event: bytes) -> bytes:
    """`event` is a JSON object of one field: the event's type, and its payload."""
    ((kind, payload),) = _fields.decode(event).items()
    given = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(_header(name, value) for name, value in given.items())
    prelude = struct.pack(">II", 16 + len(headers) + len(bytes(payload)), len(headers))
    message = prelude + struct.pack(">I", crc32(prelude)) + headers + bytes(payload)
    return message + struct.pack(">I", crc32(message))


def _header(name: str, value: str) -> bytes:
    return (
        struct.pack(">B", len(name))
        + name.encode()
        + struct.pack(">BH", _STRING, len(value))
        + value.encode()
    )
