"""What a store asks its server through: two clients, and a circuit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from sobrio.errors import CacheError
from sobrio.recall.circuit import Circuit
from sobrio.recall.patience import Turn, one_look_up, punctual
from sobrio.redis_door import Door, Redis, failures, knows

PATIENCE_S: Final = 0.05
"""A look-up is worth no longer a wait, for connections and answers together."""
_WRITING_S: Final = 5.0


class Link:
    """`asking` is for the request path, `writing` for everything that may take its time."""

    def __init__(self, url: str, *, patience_s: float = PATIENCE_S) -> None:
        """Connects when first asked. `patience_s` bounds what a look-up waits in all.

        Raises `CacheError` without the package, or for a malformed address.
        """
        self._circuit = Circuit()
        self._asking = Door(url, patience_s, punctual, Turn(patience_s))
        self._writing = Door(url, _WRITING_S)

    @property
    def problem(self) -> str | None:
        """In a line, while the server is left alone because it did not answer."""
        return "the cache's server does not answer; nothing is kept or found" if self._circuit.open else None

    @contextmanager
    def asking(self) -> Iterator[Redis]:
        """Raises `CacheError` at once while the circuit is open, and when the look-up has waited too long."""
        if self._circuit.open:
            raise CacheError("the cache's server does not answer; it is left alone for a moment")
        with _told(self._circuit), one_look_up():
            yield self._asking()

    @contextmanager
    def writing(self) -> Iterator[Redis]:
        if self._circuit.open:
            raise CacheError("the cache's server does not answer; it is left alone for a moment")
        with _told(self._circuit):
            yield self._writing()

    def has_vector_sets(self) -> bool:
        """Whether the server knows their commands."""
        with self.asking() as server:
            return knows(server, "VSIM")

    def close(self) -> None:
        self._asking.close()
        self._writing.close()


def each_of(server: Redis, names: Sequence[str]) -> list[bytes | None]:
    """The value of each key in one exchange, wherever in a cluster it lies."""
    if not names:
        return []
    with server.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.get(name)
        found: list[bytes | None] = pipe.execute()
    return found


@contextmanager
def _told(circuit: Circuit) -> Iterator[None]:
    try:
        yield
    except failures() as error:
        circuit.failed()
        raise CacheError(f"the cache's server failed ({error})") from error
    circuit.worked()
