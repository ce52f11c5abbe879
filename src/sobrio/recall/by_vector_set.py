"""Questions in a server with vector sets (Redis 8): the server searches."""

from __future__ import annotations

import numpy as np

from sobrio.recall.change import Put
from sobrio.recall.redis_link import Link, Redis
from sobrio.recall.redis_names import Names
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

    def near(
        self, question: Question, tag: str, *, limit: int, floor: float, now: float
    ) -> list[tuple[str, float]]:
        """(name, cosine), nearest first. The server's scores are (1 + cosine) / 2."""
        vectors = self._names.vectors(tag, question.context)
        with self._link.asking() as server:
            flat: list[bytes] = server.execute_command(
                "VSIM", vectors, "FP32", _floats(question.vector), "WITHSCORES", "COUNT", limit,
                "FILTER", f".x > {now!r}",
            )  # fmt: skip
        found = [
            (name.decode(), 2 * float(score) - 1) for name, score in zip(flat[::2], flat[1::2], strict=True)
        ]
        return [(name, cosine) for name, cosine in found if cosine >= floor]


def _floats(vector: bytes) -> bytes:
    return np.frombuffer(vector, np.int8).astype(np.float32).tobytes()
