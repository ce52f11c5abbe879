"""Questions in a server without vectors: one stream per context, and an index of it in every replica.

A stream's entry holds a name, an expiry and a vector. Reading on from the last entry seen keeps an index in
step; entries that were trimmed or deleted meanwhile are found out when one of them is a candidate.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from sobrio.recall.change import Put
from sobrio.recall.found import Found
from sobrio.recall.redis_link import Link
from sobrio.recall.redis_names import GENERATION, Names
from sobrio.recall.replica import Replica, Row
from sobrio.recall.seal import Seal
from sobrio.redis_door import Redis
from sobrio.terms.question import Question

_LONGEST: Final = 100_000
_PAGE: Final = 5_000
_SEQUENCE_BITS: Final = 20
"""A stream's identities are milliseconds and a sequence; both go into one number."""


class ByLog:
    def __init__(self, link: Link, names: Names, seal: Seal) -> None:
        self._link = link
        self._names = names
        self._seal = seal
        self._replica = Replica(self)
        self._lock = threading.Lock()

    def add(self, pipe: Redis, put: Put, question: Question, tag: str) -> str:
        """The stream's name."""
        name, log = self._names.of(put.key), self._names.log(tag, question.context)
        fields = {
            b"n": name,
            b"x": repr(put.expires_at),
            b"v": self._seal.close(question.vector, name.encode()),
        }
        pipe.xadd(log, fields, maxlen=_LONGEST, approximate=True)
        ttl_s = put.expires_at - put.at
        pipe.xtrim(log, minid=max(0, int(1000 * (put.at - ttl_s))), approximate=False)
        return log

    def near(self, question: Question, tag: str, *, limit: int, floor: float, now: float) -> list[Found]:
        """Nearest first."""
        log = self._names.log(tag, question.context)
        with self._lock, self._link.asking() as server:
            index = self._replica.caught_up(
                log.encode(), len(question.vector), generation=server.get(GENERATION), now=now
            )
            found = index.nearest(question.vector, limit=limit, floor=floor, now=now)
            names = self._named(log, [number for number, _ in found]) if found else []
        return [Found(name, cosine, number) for (number, cosine), name in zip(found, names, strict=True)]

    def forget(self, question: Question, tag: str, gone: Sequence[Found]) -> None:
        log = self._names.log(tag, question.context)
        with self._lock, self._link.asking() as server:
            server.xdel(log, *(_identity(each.number) for each in gone))
            self._replica.forget(log.encode(), [each.number for each in gone])

    def tidy(self, server: Redis, room: str, count: int) -> None:
        """Nothing: what is too old is trimmed with every entry."""

    def since(self, context: bytes, number: int, limit: int) -> list[Row]:
        """For the index; called within `near`."""
        with self._link.asking() as server:
            entries = server.xrange(context, min=f"({_identity(number)}", count=limit)
        return [
            Row(_number(identity), float(fields[b"x"]), self._seal.open(fields[b"v"], fields[b"n"]))
            for identity, fields in entries
        ]

    def numbers(self, context: bytes) -> list[int]:
        found: list[int] = []
        with self._link.writing() as server:
            while page := server.xrange(context, min=f"({_identity(found[-1] if found else 0)}", count=_PAGE):
                found += [_number(identity) for identity, _ in page]
        return found

    def _named(self, log: str, numbers: list[int]) -> list[str]:
        """Empty for an entry that was trimmed."""
        with self._link.asking() as server, server.pipeline(transaction=False) as pipe:
            for number in numbers:
                pipe.xrange(log, min=_identity(number), max=_identity(number))
            return [entries[0][1][b"n"].decode() if entries else "" for entries in pipe.execute()]


def _identity(number: int) -> str:
    return f"{number >> _SEQUENCE_BITS}-{number & ((1 << _SEQUENCE_BITS) - 1)}"


def _number(identity: bytes) -> int:
    milliseconds, _, sequence = identity.partition(b"-")
    return (int(milliseconds) << _SEQUENCE_BITS) | int(sequence)
