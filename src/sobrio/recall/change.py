"""What a store is asked to write."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import msgspec

from sobrio.terms.question import Label, Near, Question


class Put(msgspec.Struct, frozen=True):
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
    """What a judge has read of a question."""

    kept: Near
    scope: str


Change: TypeAlias = Put | Drop | Learn | Note


def record_of(kept: Near) -> bytes:
    """A question as kept: with the key of its answer, since the name it is kept under may not tell that."""
    labels = (kept.key, kept.answer, kept.reading)
    return b"".join(len(each).to_bytes(2, "big") + each for each in labels) + kept.text.encode()


def near_of(record: bytes, similarity: float) -> Near:
    labels = []
    for _ in range(3):
        length = int.from_bytes(record[:2], "big")
        labels.append(record[2 : 2 + length])
        record = record[2 + length :]
    key, answer, reading = labels
    return Near(key, record.decode(), similarity, reading, answer)


def room_of(scope: str, context: bytes) -> bytes:
    """Where questions are looked for: a context, in its scope, whoever asks for it."""
    return blake2b(context + scope.encode("utf-8", "surrogatepass"), digest_size=16).digest()
