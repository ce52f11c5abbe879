"""The shapes of request and answer that are spoken here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from sobrio.errors import InputError

Shape: TypeAlias = Literal["chat", "messages", "responses", "completions", "embeddings", "images"]

PATHS: Final = MappingProxyType[Shape, str](
    {
        "chat": "/chat/completions",
        "messages": "/messages",
        "responses": "/responses",
        "completions": "/completions",
        "embeddings": "/embeddings",
        "images": "/images/generations",
    }
)
"""Where each is spoken, below an upstream's base URL."""


class Untranslatable(InputError):
    """The request asks for something that the upstream's shape has no word for."""

    code = "untranslatable"
