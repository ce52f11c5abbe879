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


@dataclass(frozen=True, slots=True)
class Note:
    """What a judge read of the question that is kept under `key`."""

    key: bytes
    text: str
    reading: bytes
    scope: str


Change: TypeAlias = Put | Drop | Learn | Note


def labelled(key: bytes, text: str, reading: bytes = b"") -> bytes:
    """A question's text with what a judge read of it, and with the key of its answer, since the name it is
    kept under may not tell the key.
    """
    return bytes([len(key)]) + key + len(reading).to_bytes(2, "big") + reading + text.encode()


def unlabelled(data: bytes) -> tuple[bytes, str, bytes]:
    """(key, text, reading)."""
    end = 1 + data[0]
    begin = end + 2 + int.from_bytes(data[end : end + 2], "big")
    return data[1:end], data[begin:].decode(), data[end + 2 : begin]


def room_of(scope: str, context: bytes) -> bytes:
    """Where questions are looked for: a context, in its scope, whoever asks for it."""
    return blake2b(context + scope.encode("utf-8", "surrogatepass"), digest_size=16).digest()
