"""Questions that were answered before, and what is known of how well their answers served others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Source: TypeAlias = Literal["shadow", "learning", "feedback"]


@dataclass(frozen=True, slots=True)
class Question:
    """A request's last user text, and everything else about the request as one keyed hash."""

    context: bytes
    """16 bytes; answers are only ever compared within one context."""
    text: str
    vector: bytes
    """The text's vector, one signed byte per dimension."""


@dataclass(frozen=True, slots=True)
class Near:
    """A kept answer whose question is near in meaning; whether it is right is another matter."""

    key: bytes
    """Under which the answer is kept."""
    text: str
    similarity: float
    """Cosine, in [-1, 1]."""


@dataclass(frozen=True, slots=True)
class Label:
    """Whether a kept answer was right for another question, and how sure one was before knowing."""

    probability: float
    right: bool
    source: Source
