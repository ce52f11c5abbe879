"""What a store is asked to write."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

from sobrio.terms.question import Label, Question


@dataclass(frozen=True, slots=True)
class Put:
    key: bytes
    value: bytes
    scope: str
    at: float
    expires_at: float
    question: Question | None


@dataclass(frozen=True, slots=True)
class Drop:
    key: bytes
    scope: str


@dataclass(frozen=True, slots=True)
class Learn:
    label: Label
    stream: str
    scope: str


Change: TypeAlias = Put | Drop | Learn


def labelled(key: bytes, text: str) -> bytes:
    """A question's text with the key of its answer, since the name it is kept under may not tell the key."""
    return bytes([len(key)]) + key + text.encode()


def unlabelled(data: bytes) -> tuple[bytes, str]:
    end = 1 + data[0]
    return data[1:end], data[end:].decode()


def room_of(scope: str, context: bytes) -> bytes:
    """Where questions are looked for: a context, in its scope, whoever asks for it."""
    return blake2b(context + scope.encode("utf-8", "surrogatepass"), digest_size=16).digest()
