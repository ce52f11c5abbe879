"""Questions that were answered before, and what is known of how well their answers served others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

Source: TypeAlias = Literal["shadow", "learning", "feedback"]
Use: TypeAlias = Literal["served", "shadow", "learning"]


class Question(msgspec.Struct, frozen=True):
    """A request's last user text, and everything else about the request as one keyed hash."""

    context: bytes
    """16 bytes; answers are only ever compared within one context."""
    text: str
    vector: bytes
    """The text's vector, one signed byte per dimension."""
    answer: bytes = b""
    """What the kept answer says, as a hash of 8 bytes; empty where it has no text, or is not known yet."""


@dataclass(frozen=True, slots=True)
class Near:
    """A kept answer whose question is near in meaning; whether it is right is another matter."""

    key: bytes
    """Under which the answer is kept."""
    text: str
    similarity: float
    """Cosine, in [-1, 1]."""
    reading: bytes = b""
    """What the judge keeps of the text; empty where it has not read it yet."""
    answer: bytes = b""
    """As in `Question`."""


@dataclass(frozen=True, slots=True)
class Label:
    """Whether a kept answer was right for another question, and how sure one was before knowing."""

    probability: float
    right: bool
    source: Source
    pair: str = ""
    """Which answer for which question, as `Recalled` has it; empty where that is not known."""


class Recalled(msgspec.Struct, frozen=True):
    """A kept answer that was found for a request, and what was made of it.

    `served`: it went out. `shadow`: it could have, but the model was asked to check on it. `learning`: the
    stream's labels do not vouch for it, and the model's answer becomes one more.
    """

    entry: str
    """Salted hash it is kept under, in hexadecimal."""
    use: Use = "served"
    made_by: str = ""
    """Receipt of the call that made it."""
    similarity: float | None = None
    """Cosine of the two questions; `None` for the same request."""
    probability: float | None = None
    """That it is right for this question."""
    threshold: float | None = None
    """Probability from which on this stream's labels vouch for `max_false_hit_rate`."""
    max_false_hit_rate: float | None = None
    """The policy's bound; it holds with 95 % confidence."""
    stream: str = ""
    asked: str = ""
    """Salted hash of the request itself, in hexadecimal."""
    pair: str = ""
    """Salted hash of the kept answer and of the question, without its small words: who asks it again and
    again has one vote on whether the answer is right for it."""
