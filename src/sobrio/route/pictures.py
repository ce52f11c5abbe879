"""Pictures inside a long body: nobody here looks into them, so nobody here pays for reading them."""

from __future__ import annotations

import re
from typing import Final

_LONG: Final = 64 * 1024
_INLINE: Final = re.compile(rb'"(?:url|image_url|file_data)"\s*:\s*"data:[^"\\]{0,200};base64,')
# It cannot match inside a JSON string, where every quote is escaped.


def without_pictures(json: bytes) -> bytes:
    """A long document with the data of its inline pictures left out, to be read and not to be sent on."""
    if len(json) <= _LONG:
        return json
    pieces, end = [], 0
    while found := _INLINE.search(json, end):
        quote = json.find(b'"', found.end())
        if quote < 0 or json.find(b"\\", found.end(), quote) >= 0:
            break
        pieces.append(json[end : found.end()])
        end = quote
    return b"".join([*pieces, json[end:]])
