"""Images and documents of a chat as Anthropic takes them.

Images as JPEG, PNG, GIF and WebP, documents as PDF or plain text, or at an address
(https://platform.claude.com/docs/en/build-with-claude/files#file-types-and-content-blocks).
"""

from __future__ import annotations

from base64 import b64decode
from typing import Final

from sobrio.errors import InputError
from sobrio.wire.messages.terms import Source
from sobrio.wire.picture import split_data_url
from sobrio.wire.untranslatable import Untranslatable

_IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_ADDRESSES: Final = ("https://", "http://")


def image_source(url: str) -> Source:
    """Raises `Untranslatable` for other kinds of images."""
    inside = split_data_url(url)
    if inside is None:
        return _at(url)
    kind, data = inside[0].lower().replace("image/jpg", "image/jpeg"), inside[1]
    if kind not in _IMAGES:
        raise Untranslatable(f"images of type {kind!r} have no counterpart in Anthropic's messages")
    return Source("base64", kind, data)


def document_source(url: str) -> Source:
    """Raises `Untranslatable` for other kinds of files, `InputError` for text that is none."""
    inside = split_data_url(url)
    if inside is None:
        return _at(url)
    kind, data = inside[0].lower(), inside[1]
    if kind == "application/pdf":
        return Source("base64", kind, data)
    if not kind.startswith("text/"):
        raise Untranslatable(f"files of type {kind!r} have no counterpart in Anthropic's messages")
    return Source("text", "text/plain", _text(data))


def _at(url: str) -> Source:
    if not url.lower().startswith(_ADDRESSES):
        raise Untranslatable("Anthropic's messages take data URLs in base64, and addresses in https")
    return Source("url", url=url)


def _text(data: str) -> str:
    try:
        return b64decode(data).decode()
    except ValueError:
        raise InputError("a text file in 'messages' is not UTF-8 in base64") from None
