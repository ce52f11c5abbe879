"""Questions in a server with vector sets (Redis 8): the server searches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sobrio.recall.change import Put
from sobrio.recall.found import Found
from sobrio.recall.redis_link import Link, each_of
from sobrio.recall.redis_names import Names
from sobrio.redis_door import Redis
from sobrio.terms.question import Question


class ByVectorSet:
    """One set per context. Its elements do not expire by themselves: each carries when it does."""

    def __init__(self, link: Link, names: Names) -> None:
        self._link = link
        self._names = names

    def add(self, pipe: Redis, put: Put, question: Question, tag: str) -> str:
        """The set's name."""
        vectors = self._names.vectors(tag, question.context)
        expiry = f'{{"x":{put.expires_at!r}}}'
        pipe.execute_command(
            "VADD", vectors, "FP32", _floats(question.vector), self._names.of(put.key), "SETATTR", expiry
        )
        return vectors

    def near(self, question: Question, tag: str, *, limit: int, floor: float, now: float) -> list[Found]:
        """Nearest first. The server's scores are (1 + cosine) / 2."""
        vectors = self._names.vectors(tag, question.context)
        with self._link.asking() as server:
            flat: list[bytes] = server.execute_command(
                "VSIM", vectors, "FP32", _floats(question.vector), "WITHSCORES", "COUNT", limit,
                "FILTER", f".x > {now!r}",
            )  # fmt: skip
        found = [
            Found(name.decode(), 2 * float(score) - 1)
            for name, score in zip(flat[::2], flat[1::2], strict=True)
        ]
        return [each for each in found if each.cosine >= floor]

    def forget(self, question: Question, tag: str, gone: Sequence[Found]) -> None:
        vectors = self._names.vectors(tag, question.context)
        with self._link.asking() as server:
            self._remove(server, vectors, [each.name for each in gone])

    def tidy(self, server: Redis, room: str, count: int) -> None:
        """Looks at `count` elements by chance and removes those whose text has expired: two for each new
        one keep the expired a minority.
        """
        names = [name.decode() for name in server.execute_command("VRANDMEMBER", room, count)]
        texts = each_of(server, [self._names.text(name) for name in names])
        self._remove(server, room, [name for name, text in zip(names, texts, strict=True) if text is None])

    def _remove(self, server: Redis, room: str, names: Sequence[str]) -> None:
        for name in set(names):
            server.execute_command("VREM", room, name)


def _floats(vector: bytes) -> bytes:
    return np.frombuffer(vector, np.int8).astype(np.float32).tobytes()
