"""Shapes: what a request and its answer look like on the wire, and which an upstream speaks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from sobrio.terms.model import Backing

Shape: TypeAlias = Literal["chat", "messages", "responses", "completions", "embeddings", "images"]

PATHS: Final[Mapping[Shape, str]] = MappingProxyType(
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

_BY_KIND: Final[Mapping[str, frozenset[Shape]]] = MappingProxyType(
    {
        "openai": frozenset[Shape]({"chat", "completions", "embeddings", "images"}),
        "anthropic": frozenset[Shape]({"messages"}),
        "litellm": frozenset[Shape]({"chat", "completions", "embeddings", "images"}),
    }
)
"""What a kind of upstream speaks without saying so."""

_TRANSLATED: Final[Mapping[Shape, tuple[Shape, ...]]] = MappingProxyType(
    {"chat": ("messages",), "messages": ("chat",), "responses": ("chat", "messages")}
)
"""Into what a shape can be translated, the least loss first."""


def spoken(shape: Shape, backing: Backing) -> Shape | None:
    """The shape in which a request of `shape` goes to `backing`; `None` where it cannot."""
    native = _BY_KIND[backing.kind] | backing.speaks
    if shape in native:
        return shape
    return next((each for each in _TRANSLATED.get(shape, ()) if each in native), None)
