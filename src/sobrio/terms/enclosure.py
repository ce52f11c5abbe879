"""What comes along in a turn besides text and pictures: documents, sound, moving pictures."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["audio", "documents", "video"]

_KINDS: Final[dict[str, Kind]] = {
    "file": "documents",
    "input_file": "documents",
    "document": "documents",
    "document_url": "documents",
    "input_audio": "audio",
    "audio": "audio",
    "audio_url": "audio",
    "video": "video",
    "video_url": "video",
    "input_video": "video",
}
"""By the type of a part, in chat, responses and messages, and as Mistral and vLLM say it."""
_SENT_AS_FILES: Final[dict[bytes, Kind]] = {b"audio": "audio", b"video": "video"}

_media = re.compile(rb'[":](audio|video|text)\\?/')
_HEAD: Final = 300
"""Bytes of a part in which its media type is looked for, at both ends."""

_BYTES_PER_TEXT_TOKEN: Final = 4
_BYTES_PER_PAGE: Final = 50_000
"""ASSUMED: a page of a PDF takes 15 to 100 kB; scans take more, and few-page files fonts besides."""
_TOKENS_PER_PAGE: Final = 2_000
"""1,500 to 3,000 of text (https://platform.claude.com/docs/en/build-with-claude/pdf-support)."""
_TOKENS_PER_SECOND: Final[dict[Kind, int]] = {"audio": 32, "video": 300}
"""As Gemini counts them (https://ai.google.dev/gemini-api/docs/tokens)."""
_BYTES_PER_SECOND: Final[dict[Kind, int]] = {"audio": 16_000, "video": 250_000}
"""ASSUMED: MP3 of 128 kbit/s, video of 2 Mbit/s."""
_WAV_BYTES_PER_SECOND: Final = 48_000
"""16 bits, 24 kHz, one channel."""
_LEAST: Final = 2_000
"""A page, or a minute of sound: also what lies behind an address or an id is counted as."""
_MOST: Final = 150_000
"""75 pages. Beyond, bytes say little of tokens: they are pictures."""


class Enclosure(msgspec.Struct, frozen=True):
    """One of them. Only what it takes of a model is kept."""

    kind: Kind
    """The ability to take it."""
    tokens: int
    """Estimated from its bytes: nobody looks into it."""


def enclosure_of(type: str, part: bytes | memoryview) -> Enclosure | None:
    """`part` is the JSON of a part of that type; `None` for what is none of these."""
    kind = _KINDS.get(type)
    if kind is None:
        return None
    ends = bytes(part[:_HEAD]) + bytes(part[-_HEAD:])
    found = _media.search(ends)
    media = found[1] if found else b""
    kind = _SENT_AS_FILES.get(media, kind)
    tokens = (
        len(part) * 3 / 4 / _bytes_per_token(kind, media, ends)
    )  # base64 has four letters for three bytes
    return Enclosure(kind, round(min(max(tokens, _LEAST), _MOST)))


def _bytes_per_token(kind: Kind, media: bytes, ends: bytes) -> float:
    if media == b"text":
        return _BYTES_PER_TEXT_TOKEN
    if kind == "documents":
        return _BYTES_PER_PAGE / _TOKENS_PER_PAGE
    seconds = _WAV_BYTES_PER_SECOND if b"wav" in ends else _BYTES_PER_SECOND[kind]
    return seconds / _TOKENS_PER_SECOND[kind]
